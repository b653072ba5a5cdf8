const SUBGRAPH = '0b6f5a4e-7f0f-4d0c-9d1c-2f8a33c0a1d7';

/** A subgraph as ComfyUI offers it (API notes §2.3): under the hash of its file, a workflow of one node. */
export const DEMO_BLUEPRINT = {
  id: '5d0c1b8e5a2f4c3d9e7f6a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f',
  entry: { source: 'templates', name: 'Soft negative', info: { node_pack: 'comfyui' } },
  workflow: {
    revision: 0,
    last_node_id: 1,
    last_link_id: 0,
    nodes: [
      {
        id: 1,
        type: SUBGRAPH,
        pos: [0, 0],
        size: [240, 100],
        flags: {},
        order: 0,
        mode: 0,
        inputs: [{ name: 'image', type: 'IMAGE', link: null }],
        outputs: [{ name: 'IMAGE', type: 'IMAGE', links: [] }],
        title: 'Soft negative',
        properties: { proxyWidgets: [['11', 'blur_radius']] },
        widgets_values: [],
      },
    ],
    links: [],
    version: 0.4,
    definitions: {
      subgraphs: [
        {
          id: SUBGRAPH,
          version: 1,
          state: { lastGroupId: 0, lastNodeId: 12, lastLinkId: 3, lastRerouteId: 0 },
          name: 'Soft negative',
          inputNode: { id: -10, bounding: [-200, 0, 120, 60] },
          outputNode: { id: -20, bounding: [600, 0, 120, 60] },
          inputs: [{ id: 'a', name: 'image', type: 'IMAGE', linkIds: [1] }],
          outputs: [{ id: 'b', name: 'IMAGE', type: 'IMAGE', linkIds: [3] }],
          widgets: [],
          nodes: [
            {
              id: 11,
              type: 'ImageBlur',
              mode: 0,
              inputs: [{ name: 'image', type: 'IMAGE', link: 1 }],
              outputs: [{ name: 'IMAGE', type: 'IMAGE', links: [2] }],
              properties: {},
              widgets_values: [3, 1],
            },
            {
              id: 12,
              type: 'ImageInvert',
              mode: 0,
              inputs: [{ name: 'image', type: 'IMAGE', link: 2 }],
              outputs: [{ name: 'IMAGE', type: 'IMAGE', links: [3] }],
              properties: {},
              widgets_values: [],
            },
          ],
          links: [
            { id: 1, origin_id: -10, origin_slot: 0, target_id: 11, target_slot: 0, type: 'IMAGE' },
            { id: 2, origin_id: 11, origin_slot: 0, target_id: 12, target_slot: 0, type: 'IMAGE' },
            { id: 3, origin_id: 12, origin_slot: 0, target_id: -20, target_slot: 0, type: 'IMAGE' },
          ],
          groups: [],
          extra: {},
        },
      ],
    },
    extra: {},
  },
} as const;

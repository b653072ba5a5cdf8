import { describe, expect } from 'vitest';
import { randomUuid } from '../../src/comfy/uuid';
import { emptyImage, previewGraph, previewImage, saveGraph, saveImage } from './graphs';
import { test } from './statement';
import {
  connect,
  finished,
  get,
  imagesOf,
  post,
  queue,
  run,
  send,
  submit,
  unique,
  until,
  whileBusy,
} from './support';

const server = await connect();

interface Job {
  id: string;
  status: string;
  [key: string]: unknown;
}

interface JobList {
  jobs: Job[];
  pagination: { offset: number; limit: number | null; total: number; has_more: boolean };
}

async function list(query = ''): Promise<JobList> {
  const answer = await get(`/api/jobs${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json();
}

async function job(id: string): Promise<Job> {
  const answer = await get(`/api/jobs/${id}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json();
}

async function listed(id: string): Promise<Job | undefined> {
  return (await list()).jobs.find((candidate) => candidate.id === id);
}

const isInt = expect.any(Number) as number;

if (server.does('jobsApi')) {
  describe('a job (API notes §2.1)', () => {
    test('completed', async () => {
      const workflow = { id: unique('w'), nodes: [] };
      const prefix = `contract/${unique('j')}`;
      const item = await run(
        { '1': emptyImage(8, 8, 5), '2': previewImage(['1', 0]), '3': saveImage(['1', 0], prefix) },
        { extra_data: { extra_pnginfo: { workflow } } },
      );
      const id = item.prompt[1];
      const [saved] = imagesOf(item, '3');
      const expected = {
        id,
        status: 'completed',
        priority: item.prompt[0],
        create_time: item.prompt[3].create_time,
        execution_start_time: item.status.messages[0]?.[1].timestamp,
        execution_end_time: item.status.messages[2]?.[1].timestamp,
        outputs_count: 2,
        previewable_outputs_count: 2,
        preview_output: { ...saved, nodeId: '3', mediaType: 'images' },
        workflow_id: workflow.id,
      };
      expect(await listed(id)).toEqual(expected);
      expect(await job(id)).toEqual({
        ...expected,
        outputs: item.outputs,
        execution_status: item.status,
        workflow: { prompt: item.prompt[2], extra_data: item.prompt[3] },
      });
    });

    test('without a saved picture the preview is the temporary one', async () => {
      const item = await run(previewGraph());
      const [shown] = imagesOf(item, '2');
      expect((await job(item.prompt[1])).preview_output).toEqual({
        ...shown,
        nodeId: '2',
        mediaType: 'images',
      });
    });

    test('failed', async () => {
      const item = await run({
        '1': emptyImage(8, 8),
        '2': saveImage(['1', 0], `../${unique('escape')}`),
      });
      const failed = await job(item.prompt[1]);
      expect(failed).toMatchObject({ status: 'failed', outputs_count: 0, previewable_outputs_count: 0 });
      expect(failed.execution_error).toEqual(item.status.messages.at(-1)?.[1]);
      expect(failed).not.toHaveProperty('preview_output');
      expect(failed).not.toHaveProperty('workflow_id');
    });

    test('in progress, pending and cancelled', async () => {
      const heldId = await whileBusy(async (hold) => {
        const { prompt_id, number } = await submit(previewGraph());
        expect(await job(prompt_id)).toEqual({
          id: prompt_id,
          status: 'pending',
          priority: number,
          create_time: isInt,
          outputs_count: 0,
          previewable_outputs_count: 0,
        });
        const running = await job(hold.promptId);
        expect(running.status).toBe('in_progress');
        expect(running).not.toHaveProperty('execution_start_time');
        expect((await list('?status=pending')).jobs.map(({ id }) => id)).toEqual([prompt_id]);
        expect((await list('?status=in_progress')).jobs.map(({ id }) => id)).toEqual([hold.promptId]);
        await post('/queue', { clear: true });
        expect((await get(`/api/jobs/${prompt_id}`)).status).toBe(404);
        return hold.promptId;
      });
      const cancelled = await job(heldId);
      expect(cancelled.status).toBe('cancelled');
      expect(cancelled).toMatchObject({ execution_start_time: isInt, execution_end_time: isInt });
      expect(cancelled).not.toHaveProperty('execution_error');
    });

    test('unknown', async () => {
      const answer = await get(`/api/jobs/${randomUuid()}`);
      expect(answer.status).toBe(404);
      expect(answer.json()).toEqual({ error: 'Job not found' });
      expect((await get('/api/jobs/nobody')).status).toBe(404);
    });
  });

  describe('the list (API notes §2.1)', () => {
    test('newest first, in pages, with the total', async () => {
      const workflow = { id: unique('w') };
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) {
        const item = await run(previewGraph(), { extra_data: { extra_pnginfo: { workflow } } });
        ids.unshift(item.prompt[1]);
      }
      const mine = `?workflow_id=${workflow.id}`;
      const idsOf = (page: JobList): string[] => page.jobs.map(({ id }) => id);
      const all = await list(mine);
      expect(idsOf(all)).toEqual(ids);
      expect(all.pagination).toEqual({ offset: 0, limit: null, total: 4, has_more: false });
      const page = await list(`${mine}&limit=2&offset=1`);
      expect(idsOf(page)).toEqual(ids.slice(1, 3));
      expect(page.pagination).toEqual({ offset: 1, limit: 2, total: 4, has_more: true });
      const last = await list(`${mine}&limit=2&offset=2`);
      expect(last.pagination.has_more).toBe(false);
      expect((await list(`${mine}&offset=-5`)).pagination.offset).toBe(0);
      expect(idsOf(await list(`${mine}&sort_order=asc`))).toEqual([...ids].reverse());
      expect(idsOf(await list(`${mine}&sort_order=ASC&sort_by=CREATED_AT`))).toEqual([...ids].reverse());
      expect(idsOf(await list(`${mine}&sort_by=execution_duration`)).sort()).toEqual([...ids].sort());
      expect((await list(`${mine}&status=failed,cancelled`)).jobs).toEqual([]);
      expect(idsOf(await list(`${mine}&status=Completed, pending`))).toEqual(ids);
    });

    test('jobs of the list carry no graph', async () => {
      await run(previewGraph());
      for (const one of (await list()).jobs) {
        expect(one).not.toHaveProperty('workflow');
        expect(one).not.toHaveProperty('outputs');
      }
    });

    test.each([
      [
        '?status=foo,pending,bar',
        'Invalid status value(s): foo, bar. Valid values: pending, in_progress, completed, failed, cancelled',
      ],
      ['?sort_by=name', "sort_by must be 'created_at' or 'execution_duration'"],
      ['?sort_order=up', "sort_order must be 'asc' or 'desc'"],
      ['?limit=0', 'limit must be a positive integer'],
      ['?limit=-1', 'limit must be a positive integer'],
      ['?limit=x', 'limit must be an integer'],
      ['?limit=', 'limit must be an integer'],
      ['?offset=x', 'offset must be an integer'],
    ])('%s is 400', async (query, error) => {
      const answer = await get(`/api/jobs${query}`);
      expect(answer.status).toBe(400);
      expect(answer.json()).toEqual({ error });
    });
  });

  describe('cancelling (API notes §2.1)', () => {
    const cancel = async (id: string): Promise<unknown> => (await post(`/api/jobs/${id}/cancel`, {})).json();

    test('a pending job leaves the queue, a running one is interrupted', async () => {
      await whileBusy(async (hold) => {
        const { prompt_id } = await submit(previewGraph());
        expect(await cancel(prompt_id)).toEqual({ cancelled: true });
        expect((await queue()).queue_pending).toEqual([]);
        expect(await cancel(hold.promptId)).toEqual({ cancelled: true });
      });
    });

    test('finished and unknown jobs are left alone, whatever the id looks like', async () => {
      const id = (await run(previewGraph())).prompt[1];
      for (const other of [id, randomUuid(), 'nobody']) {
        expect(await cancel(other)).toEqual({ cancelled: false });
      }
      expect((await send('POST', `/api/jobs/${id}/cancel`)).status).toBe(200);
    });

    test('several at once', async () => {
      await whileBusy(async () => {
        const [a, b] = [await submit(previewGraph()), await submit(previewGraph())];
        const answer = await post('/api/jobs/cancel', { job_ids: [a.prompt_id, randomUuid(), b.prompt_id] });
        expect(answer.status).toBe(200);
        expect(answer.json()).toEqual({ cancelled: true });
        expect((await queue()).queue_pending).toEqual([]);
        expect((await post('/api/jobs/cancel', { job_ids: [a.prompt_id] })).json()).toEqual({
          cancelled: false,
        });
      });
      expect((await post('/api/jobs/cancel', { job_ids: [] })).json()).toEqual({ cancelled: false });
    });

    test.each([
      ['bad JSON', '{', { error: 'Request body must be valid JSON' }],
      ['no list', '{"job_ids": "x"}', { error: 'job_ids must be a list' }],
      ['not an object', '[]', { error: 'job_ids must be a list' }],
      [
        'ids that are none',
        '{"job_ids": ["nobody", 5, "ABCDEF00-0000-0000-0000-000000000000"]}',
        {
          error: 'job_ids contains invalid id(s)',
          invalid_ids: ['nobody', '5', 'ABCDEF00-0000-0000-0000-000000000000'],
        },
      ],
    ])('%s is 400', async (_what, body, expected) => {
      const answer = await send('POST', '/api/jobs/cancel', { body });
      expect(answer.status).toBe(400);
      expect(answer.json()).toEqual(expected);
    });

    test('a list with one invalid id cancels nothing', async () => {
      await whileBusy(async () => {
        const { prompt_id } = await submit(previewGraph());
        expect((await post('/api/jobs/cancel', { job_ids: [prompt_id, 'nobody'] })).status).toBe(400);
        expect((await queue()).queue_pending).toHaveLength(1);
        await post('/queue', { clear: true });
      });
    });
  });

  describe('history and jobs (API notes §2.1)', () => {
    test('a deleted history entry is no longer a job', async () => {
      const { prompt_id } = await submit(saveGraph(`contract/${unique('j')}`));
      await finished(prompt_id);
      await until(() => listed(prompt_id), 'the job');
      await post('/history', { delete: [prompt_id] });
      expect(await listed(prompt_id)).toBeUndefined();
    });
  });
} else {
  describe('older servers (API notes §9)', () => {
    test('have no jobs', async () => {
      expect((await get('/api/jobs')).status).toBe(404);
      expect((await get(`/api/jobs/${randomUuid()}`)).status).toBe(404);
      expect((await post('/api/jobs/cancel', { job_ids: [] })).status).toBe(405);
    });
  });
}

import { workflowFaults } from './workflow-faults';
import { workflows } from './workflows';

/** What only the Workflows room says, loaded with it. */
export const workflowsRoom = { workflows, workflowFaults };

export const damage = {
  entry: 'The server’s entry for this job cannot be read.',
  prompt: 'The server’s entry does not say how this was made.',
  outputs: 'Some of this job’s outputs cannot be read.',
  status: 'The server’s entry does not say how this job ended.',
};

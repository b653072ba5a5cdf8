import { expect, it } from 'vitest';
import { failureCause } from './failure-cause';

it.each([
  ['torch.OutOfMemoryError', '', 'memory'],
  ['RuntimeError', 'HIP out of memory. Tried to allocate 2.00 GiB', 'memory'],
  ['RuntimeError', 'Allocation on device 0 would exceed allowed memory.', 'memory'],
  ['OSError', '[Errno 28] No space left on device', 'disk'],
  ['Exception', 'Unauthorized: Please login first to use this node.', 'credentials'],
  ['SafetensorError', 'Error while deserializing header: HeaderTooLarge', 'model'],
  ['RuntimeError', 'ERROR: Could not detect model type of: /models/x.safetensors', 'model'],
  ['ValueError', 'The mask is empty', 'mask'],
  [
    'RuntimeError',
    'The size of tensor a (64) must match the size of tensor b (96) at non-singleton dimension 3',
    'size',
  ],
  ['RuntimeError', 'mat1 and mat2 shapes cannot be multiplied (77x2048 and 768x320)', 'size'],
  ['AttributeError', "'NoneType' object has no attribute 'shape'", 'node'],
  ['ModuleNotFoundError', "No module named 'cv2'", 'node'],
  ['FileNotFoundError', "[Errno 2] No such file or directory: 'a.png'", 'file'],
  ['PIL.UnidentifiedImageError', 'x', 'file'],
  ['PermissionError', "[Errno 13] Permission denied: 'out'", 'permission'],
  ['RuntimeError', 'something new', null],
])('%s: %s', (type, message, cause) => {
  expect(failureCause({ nodeId: '1', nodeTitle: 'KSampler', type, message, traceback: [] })).toBe(cause);
});

import { report } from '../../base/report';
import type { PointerDevice, PointerInput } from '../input/pointer-policy';
import { type SampledEvent, expandSamples } from '../input/sampler';
import type { WheelInput, WheelKeys } from '../input/wheel';

/** A position of a pointer, CSS px from the stage's top left corner. */
export interface StageSample {
  x: number;
  y: number;
  /** As the device reports it. */
  pressure: number;
}

/** The wheel turned, at a position in CSS px from the stage's top left corner. */
export interface StageWheel extends WheelInput, WheelKeys {
  x: number;
  y: number;
}

export interface StageHandlers {
  /** @param samples where the pointer has been since its last event. */
  pointer: (input: PointerInput, samples: readonly StageSample[]) => void;
  wheel: (wheel: StageWheel) => void;
  keyDown: (event: KeyboardEvent) => void;
  keyUp: (event: KeyboardEvent) => void;
  /** Keys may be released unseen from now on. */
  blur: () => void;
}

const KINDS: Record<string, PointerInput['kind']> = {
  pointerdown: 'down',
  pointermove: 'move',
  pointerup: 'up',
  pointercancel: 'cancel',
  lostpointercapture: 'cancel',
  pointerleave: 'leave',
};

/**
 * Listens on the stage's element with native events. Captures the pointer that goes down, and keeps away the
 * browser's own gestures and menus. The wheel is heard anywhere over the element around the stage: something
 * lying over the picture is no reason not to zoom it, let alone to zoom the page.
 * @returns removes the listeners.
 */
export function listenToStage(element: HTMLElement, handlers: StageHandlers): () => void {
  const off = new AbortController();
  const options = { signal: off.signal };
  let bounds = element.getBoundingClientRect();
  let controlHeld = false;
  const measure = (): void => {
    bounds = element.getBoundingClientRect();
  };
  const onPointer = (event: PointerEvent): void => {
    const kind = KINDS[event.type] ?? 'move';
    if (kind === 'down') {
      measure();
      // Browsers show a focus ring after `focus()`; whoever points at it needs none.
      element.dataset['pointed'] = '';
      element.focus({ preventScroll: true });
      capture(element, event.pointerId);
      // Prevents text selection and middle-button scrolling.
      event.preventDefault();
    }
    handlers.pointer(
      {
        kind,
        id: event.pointerId,
        device: deviceOf(event.pointerType),
        x: event.clientX - bounds.left,
        y: event.clientY - bounds.top,
        time: event.timeStamp,
        button: event.button,
        buttons: event.buttons,
        alt: event.altKey,
        shift: event.shiftKey,
        ctrl: event.ctrlKey || event.metaKey,
      },
      expandSamples(event as SampledEvent).map(({ clientX, clientY, pressure }) => ({
        x: clientX - bounds.left,
        y: clientY - bounds.top,
        pressure,
      })),
    );
  };
  for (const type of Object.keys(KINDS)) {
    element.addEventListener(type as 'pointermove', onPointer, options);
  }
  element.addEventListener('pointerenter', measure, options);
  window.addEventListener('scroll', measure, { ...options, capture: true, passive: true });
  window.addEventListener('resize', measure, options);
  (element.parentElement ?? element).addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      measure();
      const { deltaX, deltaY, deltaMode, timeStamp } = event;
      const modified = event.ctrlKey || event.metaKey;
      handlers.wheel({
        deltaX,
        deltaY,
        deltaMode,
        timeStamp,
        x: event.clientX - bounds.left,
        y: event.clientY - bounds.top,
        shift: event.shiftKey,
        alt: event.altKey,
        // Browsers set Ctrl to report a pinch.
        ctrl: modified && controlHeld,
        pinch: event.ctrlKey && !controlHeld,
      });
    },
    { ...options, passive: false },
  );
  element.addEventListener(
    'contextmenu',
    (event) => {
      event.preventDefault();
    },
    options,
  );
  element.addEventListener('keydown', handlers.keyDown, options);
  element.addEventListener('keyup', handlers.keyUp, options);
  element.addEventListener(
    'blur',
    () => {
      delete element.dataset['pointed'];
      handlers.blur();
    },
    options,
  );
  const onControl = (event: KeyboardEvent): void => {
    if (event.key === 'Control' || event.key === 'Meta') {
      controlHeld = event.type === 'keydown';
    }
  };
  window.addEventListener('keydown', onControl, { ...options, capture: true });
  window.addEventListener('keyup', onControl, { ...options, capture: true });
  window.addEventListener(
    'blur',
    () => {
      controlHeld = false;
      handlers.blur();
    },
    options,
  );
  return () => {
    off.abort();
  };
}

/** A pointer that is already gone cannot be captured; painting continues without. */
function capture(element: HTMLElement, pointerId: number): void {
  try {
    element.setPointerCapture(pointerId);
  } catch (error) {
    report(error, 'stage.capture');
  }
}

function deviceOf(pointerType: string): PointerDevice {
  return pointerType === 'pen' || pointerType === 'touch' ? pointerType : 'mouse';
}

/** Pitches of a job that went well, upwards, and of one that failed, downwards: Hz. */
const TUNES = { done: [659.25, 880], failed: [392, 293.66] } as const;
/** Length of one tone, and how loud it is: s, share of full volume. */
const TONE = 0.18;
const VOLUME = 0.12;

let context: AudioContext | null = null;
let silentUntil = 0;

/**
 * Plays two short tones. A browser lets a page sound only after somebody has touched it: until then nothing is heard.
 * While one plays, others are left out.
 */
export function chime(tune: keyof typeof TUNES): void {
  context ??= new AudioContext();
  void context.resume();
  const start = context.currentTime;
  if (context.state === 'running' && start < silentUntil) {
    return;
  }
  silentUntil = start + TONE * 3;
  TUNES[tune].forEach((pitch, index) => playTone(context as AudioContext, pitch, start + index * TONE));
}

function playTone(audio: AudioContext, pitch: number, at: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.type = 'sine';
  tone.frequency.value = pitch;
  // Faded in and out: a tone cut off clicks.
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(VOLUME, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + TONE * 1.6);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + TONE * 1.6);
}

// Work that follows a dragging hand.

const nextFrame = () => new Promise((resume) => requestAnimationFrame(resume));

/**
 * A function that runs `work`: at once, but once an animation frame at most and
 * never twice at a time; after the newest call it runs once more.
 */
export function coalesced(work) {
  let wanted = false;
  let running = false;
  return async () => {
    wanted = true;
    if (running) return;
    running = true;
    try {
      while (wanted) {
        wanted = false;
        await Promise.all([work(), nextFrame()]);
      }
    } finally {
      running = false;
    }
  };
}

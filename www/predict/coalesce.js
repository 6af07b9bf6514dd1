// Work that follows a dragging hand.

const nextFrame = () => new Promise((resume) => requestAnimationFrame(resume));

/**
 * A function that runs `work`: once an animation frame at most, never twice at
 * a time, and once more after the newest call.
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
        await nextFrame();
        wanted = false;
        await work();
      }
    } finally {
      running = false;
    }
  };
}

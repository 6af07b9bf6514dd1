// What the visitor chose for this visit: the tab keeps it until it is closed.

const PREFIX = 'doorstep:';

/** The choice called `name`; undefined where there is none, or where storage is blocked. */
export function wish(name) {
  try {
    return sessionStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a choice; false where storage is blocked. */
export function keepWish(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, value);
    return true;
  } catch {
    return false;
  }
}

/**
 * For what is worked out of an object that stays as it is: it is worked out once, as long as there is that object. The loader gives the
 * same object for what did not change, so that a fleet of a thousand hubs is not looked through anew for each change of one.
 */
export function oncePer<Key extends object, Found>(find: (key: Key) => Found): (key: Key) => Found {
  const known = new WeakMap<Key, { found: Found }>();
  return (key) => {
    const before = known.get(key);
    if (before) return before.found;
    const found = find(key);
    known.set(key, { found });
    return found;
  };
}

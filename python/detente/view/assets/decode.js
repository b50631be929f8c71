// Turn the text of a column back into whole numbers (the other half of encode.py).

function integersFromText(text) {
  const bytes = atob(text);
  const end = bytes.length;
  let count = 0;
  for (let i = 0; i < end; i++) if (bytes.charCodeAt(i) < 128) count++;
  const out = new Int32Array(count);
  let value = 0;
  for (let i = 0, k = 0; k < count; k++) {
    let zigzag = 0, shift = 0, byte;
    do {
      byte = bytes.charCodeAt(i++);
      zigzag |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    value += (zigzag >>> 1) ^ -(zigzag & 1);
    out[k] = value;
  }
  return out;
}

/** Finds the person in a picture, by a small neural network. */

import createTflite, { type TfliteModule }
  from '@twilio/video-processors/dist/build/tflite-simd-1-0-0.js';

export class Segmenter {
  readonly width: number;
  readonly height: number;
  #input: number;
  #output: number;

  private constructor(private readonly tflite: TfliteModule) {
    this.width = tflite._getInputWidth();
    this.height = tflite._getInputHeight();
    this.#input = tflite._getInputMemoryOffset() / 4;
    this.#output = tflite._getOutputMemoryOffset() / 4;
  }

  /** Loads the runtime and the model. Throws if one cannot be loaded. */
  static async load(wasm: string, model: string): Promise<Segmenter> {
    const [tflite, octets] = await Promise.all([
      createTflite({ locateFile: () => wasm }), fetchOctets(model)]);
    tflite.HEAPU8.set(octets, tflite._getModelBufferMemoryOffset());
    if (tflite._loadModel(octets.length) !== 0) {
      throw new Error('The model cannot be used');
    }
    return new Segmenter(tflite);
  }

  /**
   * Takes `width` times `height` pixels of red, green, blue and alpha. Returns
   * how likely each belongs to a person, from 0 to 1, valid until the next call.
   */
  find(pixels: Uint8ClampedArray): Float32Array {
    // Memory that grows is another buffer: no view of it is kept.
    const memory = this.tflite.HEAPF32;
    const count = this.width * this.height;
    for (let i = 0, to = this.#input; i < count * 4; i += 4) {
      memory[to++] = pixels[i]! / 255;
      memory[to++] = pixels[i + 1]! / 255;
      memory[to++] = pixels[i + 2]! / 255;
    }
    this.tflite._runInference();
    return this.tflite.HEAPF32.subarray(this.#output, this.#output + count);
  }
}

async function fetchOctets(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Files that the build copies: each import is the address of the copy. */

declare module '*.svg' {
  const path: string;
  export default path;
}

declare module '*.wasm' {
  const path: string;
  export default path;
}

declare module '*.tflite' {
  const path: string;
  export default path;
}

/** A script for a worker, bundled into a file of its own (web/bundling.mjs). */
declare module '*?script' {
  const path: string;
  export default path;
}

/** TensorFlow Lite as WebAssembly, for models with one input and one output. */
declare module '@twilio/video-processors/dist/build/tflite-simd-1-0-0.js' {
  export interface TfliteModule {
    HEAPU8: Uint8Array;
    HEAPF32: Float32Array;
    /** Where the octets of a model go. */
    _getModelBufferMemoryOffset(): number;
    /** Reads the model from there. Returns 0 if it is one. */
    _loadModel(octets: number): number;
    _getInputMemoryOffset(): number;
    _getInputWidth(): number;
    _getInputHeight(): number;
    _getOutputMemoryOffset(): number;
    _runInference(): number;
  }
  export default function create(options: {
    locateFile(name: string): string;
  }): Promise<TfliteModule>;
}

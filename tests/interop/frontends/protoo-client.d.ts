/** The parts of protoo-client that the pages use; it ships no types. */
declare module 'protoo-client' {
  export class WebSocketTransport {
    constructor(url: string, options?: object);
  }

  export interface Request { method: string; data: any }

  export class Peer {
    constructor(transport: WebSocketTransport);
    readonly closed: boolean;
    request(method: string, data?: object): Promise<any>;
    notify(method: string, data?: object): Promise<void>;
    close(): void;
    on(event: 'open' | 'disconnected' | 'close', listener: () => void): void;
    on(event: 'failed', listener: (attempt: number) => void): void;
    on(event: 'notification', listener: (given: Request) => void): void;
    on(event: 'request', listener: (
      request: Request,
      accept: (data?: object) => void,
      reject: (code: number | Error, reason?: string) => void,
    ) => void): void;
  }
}

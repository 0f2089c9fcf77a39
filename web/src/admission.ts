/** Asks the server, before a person joins, whether their token will do. */

import { io } from 'socket.io-client';
import { connectError, type ServerError } from './server_error';
import { credentials } from './signaling';

const ANSWER_WITHIN_MS = 8000;

/**
 * Why the server refuses this person; undefined if it does not, or cannot be
 * asked now: then joining will tell.
 */
export function findRefusal(): Promise<ServerError | undefined> {
  return new Promise((resolve) => {
    const socket = io({
      path: '/socket.io/',
      auth: (send) => send(credentials('')),
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      forceNew: true,
      reconnection: false,
      timeout: ANSWER_WITHIN_MS,
    });
    const settle = (refusal?: ServerError) => {
      socket.disconnect();
      resolve(refusal);
    };
    socket.on('connect', () => settle());
    socket.on('connect_error', (error) => {
      const refusal = connectError(error);
      settle(refusal.code === 'unreachable' ? undefined : refusal);
    });
  });
}

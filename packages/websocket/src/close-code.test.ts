import { expect, test } from 'vitest';
import { CloseCode, isOrderly, spokenCode, WebSocketClosedError } from './close-code.ts';

test('what a page says in place of a code is turned back, and nothing else', () => {
  expect([4001, 4008, 4011, 4015].map(spokenCode)).toEqual([1001, 1008, 1011, 1015]);
  const others = [1000, 1006, 3000, 4000, 4016, CloseCode.NO_EXPORT];
  expect(others.map(spokenCode)).toEqual(others);
});

test('only a close without a fault is orderly', () => {
  expect(isOrderly(CloseCode.ORDERLY)).toBe(true);
  expect(isOrderly(CloseCode.NONE)).toBe(true);
  expect(isOrderly(CloseCode.GOING_AWAY)).toBe(false);
  expect(isOrderly(CloseCode.BROKEN)).toBe(false);
});

test('the error of a close names the code that came, and has the one that was meant', () => {
  const error = new WebSocketClosedError(4008, 'token expired');
  expect(error.code).toBe(CloseCode.POLICY);
  expect(error.message).toBe('the WebSocket was closed with code 4008: token expired');
  expect(new WebSocketClosedError(1006, '').message).toBe(
    'the WebSocket was closed with code 1006',
  );
});

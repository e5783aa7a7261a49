/** Servers in processes of their own: how the tools start them, wait for them, read what they say and end them. */
export {
  DEMO_SERVER,
  type DemoServer,
  type DemoServerOptions,
  saysListening,
  startDemoServer,
} from './demo-server.ts';
export { isListening } from './is-listening.ts';
export { descriptorsOf, residentOf } from './process-holdings.ts';
export { type Command, type End, type RunOptions, ServerProcess } from './server-process.ts';

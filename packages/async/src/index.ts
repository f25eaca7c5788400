/**
 * @modelvault/async: the engine on worker threads, for services.
 */
export {};

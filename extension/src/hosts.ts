declare const TEST_HOSTS: readonly string[];
/** Hosts that a build for tests has permission for: none in what people install. */
export const TESTS: readonly string[] = TEST_HOSTS;

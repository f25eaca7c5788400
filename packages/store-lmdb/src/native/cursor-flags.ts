/** How a cursor is told what to do. */
export const WITH_VALUES = 0x100;
export const ONLY_COUNT = 0x1000;
export const REVERSE = 0x400;
export const INCLUSIVE_END = 0x8000;
export const EXCLUSIVE_START = 0x1_0000;

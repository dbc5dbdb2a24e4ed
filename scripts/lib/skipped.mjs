/** What a check ends with that could not be made for want of a program: neither passed nor failed. */
export const skippedCode = 77;

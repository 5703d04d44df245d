import type { Problem } from './generated/index.js';

/** No network, a time-out, or a server that cannot answer now. What is held stays; ask again later. */
export class Offline extends Error {
    override name = 'Offline';

    /** `retryAfter`: when the server wants to be asked again, in seconds; null if it did not say. */
    constructor(message: string, readonly retryAfter: number | null = null, options?: ErrorOptions) {
        super(message, options);
    }
}

/** The server refused what was asked; asking again will not help. */
export class Refused extends Error {
    override name = 'Refused';

    constructor(readonly problem: Problem) {
        super(`${problem.title}: ${problem.detail}`);
    }
}

/** What came is not what the server says it should be, also after a second try. The old copy stands as it was. */
export class WrongCopy extends Error {
    override name = 'WrongCopy';
}

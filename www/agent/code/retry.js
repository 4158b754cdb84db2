// How a program that fails is asked for again. Its error is shown to the model once; one that fails again then, above all a small
// one, says the same again as long as it reads what it has said. So after that it is asked the question itself anew, with more
// chance in the choice of words. The page and the measurement go by this. Pure.

/** How often a program goes back to the model. */
export const ROUNDS = 3;

/** Of an answer that should be another one. */
export const TEMPERATURE = 0.8;

/** Whether the question is asked anew. @param {number} round from 1 */
export const isAnew = (round) => round > 1;

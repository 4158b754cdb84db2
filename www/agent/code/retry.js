// How a program that fails is asked for again. Its error is shown to the model once; one that fails again then, above all a small
// one, says the same again as long as it reads what it has said. So after that it is asked the question itself anew, with more
// chance in the choice of words. The page and the measurement go by this. Pure.

/** How often a program goes back to the model. */
export const ROUNDS = 3;

/** The temperature at which the question is asked anew; nothing where the error is shown instead. @param {number} round from 1 @returns {number | undefined} */
export const anewAt = (round) => [undefined, 0.7, 1][round - 1];

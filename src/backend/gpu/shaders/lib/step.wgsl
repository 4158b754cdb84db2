// Where the batch stands in its sequence; the only uniform that changes from token to token.
struct Step {
    start: u32,       // position of the first token
    len: u32,         // tokens of the batch
    logit_first: u32, // first token of the batch whose logits are wanted
    rope_long: u32,   // 1: the long rotary factors apply
}
@group(0) @binding(1) var<uniform> step: Step;

// How a token is drawn. Ids of the last HISTORY tokens are kept in a ring.
const HISTORY = 1024u;

struct Rules {
    candidates: u32, // in the list that draw reads
    top_k: u32,
    temperature: f32,
    top_p: f32,
    min_p: f32,
    seed: u32,
    position: u32, // draws made before
    history: u32,  // tokens before this one
    last_n: u32,   // tokens that the penalties look at
    repetition: f32,
    frequency: f32,
    presence: f32,
}
@group(0) @binding(0) var<uniform> p: Rules;

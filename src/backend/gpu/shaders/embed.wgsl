// Residual ← scaled rows of the embedding table; with POSITIONS adds rows of the position table.
#import step
#import quants
#import scale

override POSITIONS: bool = false;

struct Embed {
    row0: u32,     // first row of this segment of the table
    rows: u32,     // rows of this segment
    blocks: u32,   // blocks of 32 in a row
    x_stride: u32, // vec4s a token
    factor: f32,
}
@group(0) @binding(0) var<uniform> p: Embed;
@group(0) @binding(5) var<storage, read> ids: array<u32>;
@group(0) @binding(6) var<storage, read_write> x: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3<u32>) {
    let token = gid.y;
    let octets = 4u * p.blocks;
    var row = step.start + token;
    if !POSITIONS { row = ids[token]; }
    row -= p.row0; // wraps for rows before the segment
    if gid.x >= octets || row >= p.rows { return; }
    let b = row * p.blocks + gid.x / 4u;
    let j = gid.x % 4u;
    let o = octet(load(b), j);
    let s = scale(b, j >> 1u);
    let at = token * p.x_stride + 2u * gid.x;
    let lo = (o.lo * s.x + s.y) * p.factor;
    let hi = (o.hi * s.x + s.y) * p.factor;
    if POSITIONS {
        x[at] += lo;
        x[at + 1u] += hi;
    } else {
        x[at] = lo;
        x[at + 1u] = hi;
    }
}

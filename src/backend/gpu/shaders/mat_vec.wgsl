// y = W·x for one or a few tokens. A team of LANES invocations takes ROWS rows; its lanes stride over
// blocks of 32 columns. An RMS norm of x costs nothing extra: W·(g·x/rms) = (W·(g·x))/rms.
#import step
#import quants
#import scale
#import activate
#import team

override WG: u32 = 64u;
override LANES: u32 = 16u; // divides WG
override ROWS: u32 = 4u;   // 1, 2 or 4; with GLU 2 or 4
override NORM: bool = false;
override ADD: bool = false;
override GLU: bool = false;
override LOGITS: bool = false;

struct MatVec {
    rows: u32,     // output rows; with GLU gate rows
    blocks: u32,   // blocks of 32 in a row
    x_stride: u32, // vec4s a token
    y_stride: u32, // floats a token
    y_at: u32,     // first output row
    grid: u32,     // workgroups in x
    dim: f32,      // columns, for the norm's mean
    eps: f32,
    cap: f32,      // soft cap, 0 for none
}
@group(0) @binding(0) var<uniform> p: MatVec;
@group(0) @binding(5) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> gain: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<storage, read_write> y: array<f32>;

// What an invocation, or a team of them, has summed up.
struct Team {
    sum: vec4<f32>,
    square: f32, // of x, for the norm
}

struct Input {
    a: vec4<f32>, b: vec4<f32>, c: vec4<f32>, d: vec4<f32>,
    e: vec4<f32>, f: vec4<f32>, g: vec4<f32>, h: vec4<f32>,
    left: f32,
    right: f32,
}

fn block_dot(b: u32, v: Input) -> f32 {
    let r = load(b);
    let o0 = octet(r, 0u);
    let o1 = octet(r, 1u);
    let o2 = octet(r, 2u);
    let o3 = octet(r, 3u);
    let s0 = scale(b, 0u);
    let s1 = scale(b, 1u);
    let l = dot(o0.lo, v.a) + dot(o0.hi, v.b) + dot(o1.lo, v.c) + dot(o1.hi, v.d);
    let h = dot(o2.lo, v.e) + dot(o2.hi, v.f) + dot(o3.lo, v.g) + dot(o3.hi, v.h);
    return s0.x * l + s0.y * v.left + s1.x * h + s1.y * v.right;
}

fn output(row: u32, token: u32, value: f32) {
    if row < p.rows {
        let at = token * p.y_stride + p.y_at + row;
        y[at] = select(value, y[at] + value, ADD);
    }
}

@compute @workgroup_size(WG)
fn main(@builtin(local_invocation_index) lid: u32, @builtin(workgroup_id) wid: vec3<u32>) {
    let lane = lid % LANES;
    let outputs = select(ROWS, ROWS / 2u, GLU);
    let first = ((wid.x + wid.z * p.grid) * (WG / LANES) + lid / LANES) * outputs;
    let last = p.rows - 1u;
    var r0 = min(first, last);
    var r1 = min(first + 1u, last);
    var r2 = min(first + 2u, last);
    var r3 = min(first + 3u, last);
    if GLU {
        if ROWS == 2u { r1 = r0 + p.rows; } else { r2 = r0 + p.rows; r3 = r1 + p.rows; }
    }
    let token = wid.y + select(0u, step.logit_first, LOGITS);
    var sum = vec4<f32>();
    var square = 0.0;
    for (var b = lane; b < p.blocks; b += LANES) {
        let at = token * p.x_stride + 8u * b;
        var v = Input(x[at], x[at + 1u], x[at + 2u], x[at + 3u], x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u], 0.0, 0.0);
        if NORM {
            square += dot(v.a, v.a) + dot(v.b, v.b) + dot(v.c, v.c) + dot(v.d, v.d)
                + dot(v.e, v.e) + dot(v.f, v.f) + dot(v.g, v.g) + dot(v.h, v.h);
            let n = 8u * b;
            v.a *= gain[n]; v.b *= gain[n + 1u]; v.c *= gain[n + 2u]; v.d *= gain[n + 3u];
            v.e *= gain[n + 4u]; v.f *= gain[n + 5u]; v.g *= gain[n + 6u]; v.h *= gain[n + 7u];
        }
        let ones = vec4<f32>(1.0);
        v.left = dot(v.a + v.b + v.c + v.d, ones);
        v.right = dot(v.e + v.f + v.g + v.h, ones);
        sum.x += block_dot(r0 * p.blocks + b, v);
        if ROWS > 1u { sum.y += block_dot(r1 * p.blocks + b, v); }
        if ROWS > 2u {
            sum.z += block_dot(r2 * p.blocks + b, v);
            sum.w += block_dot(r3 * p.blocks + b, v);
        }
    }
    if LANES > 1u {
        let team = team_sum(Team(sum, square), lid, lane, LANES);
        if lane != 0u { return; }
        sum = team.sum;
        square = team.square;
    }
    if NORM { sum *= inverseSqrt(square / p.dim + p.eps); }
    sum += vec4<f32>(bias_at(r0), bias_at(r1), bias_at(r2), bias_at(r3));
    if GLU {
        if ROWS == 2u { sum.x = activate(sum.x) * sum.y; } else { sum = vec4<f32>(activate(sum.x) * sum.z, activate(sum.y) * sum.w, 0.0, 0.0); }
    } else if ACT > 0u {
        sum = vec4<f32>(activate(sum.x), activate(sum.y), activate(sum.z), activate(sum.w));
    }
    output(first, wid.y, soft_cap(sum.x, p.cap));
    if outputs > 1u { output(first + 1u, wid.y, soft_cap(sum.y, p.cap)); }
    if outputs > 2u {
        output(first + 2u, wid.y, soft_cap(sum.z, p.cap));
        output(first + 3u, wid.y, soft_cap(sum.w, p.cap));
    }
}

// A matrix without a bias binds a vector of one zero.
fn bias_at(row: u32) -> f32 {
    return bias[min(p.y_at + row, arrayLength(&bias) - 1u)];
}

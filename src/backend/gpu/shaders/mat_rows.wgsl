// Y = X·Wᵀ for many tokens without workgroup memory: an invocation takes eight rows and sixteen tokens. For
// adapters that compute on the CPU, where a barrier costs more than reading weights again, and where every word that
// is read costs several products: so each piece of x serves eight rows, each weight sixteen tokens. There, too, a
// loop or a branch copies all sums, which is why there is one loop only, and tokens past the last are computed.
#import product
#import tokens

// Four rows' weights in eight columns: a column of the matrix is a column of W.
struct Columns {
    lo: mat4x4<f32>,
    hi: mat4x4<f32>,
}

// Four rows of a block.
struct Rows {
    a: Raw,
    b: Raw,
    c: Raw,
    d: Raw,
    left: mat4x2<f32>, // scales of each row's first half
    right: mat4x2<f32>,
}

fn load_rows(at: vec4<u32>) -> Rows {
    return Rows(load(at.x), load(at.y), load(at.z), load(at.w), scales_of(at, 0u), scales_of(at, 1u));
}

fn scales_of(at: vec4<u32>, side: u32) -> mat4x2<f32> {
    return mat4x2<f32>(scale(at.x, side), scale(at.y, side), scale(at.z, side), scale(at.w, side));
}

fn columns(r: Rows, s: mat4x2<f32>, j: u32) -> Columns {
    let w = scaled(r.a, s[0], j);
    let x = scaled(r.b, s[1], j);
    let y = scaled(r.c, s[2], j);
    let z = scaled(r.d, s[3], j);
    return Columns(
        transpose(mat4x4<f32>(w.lo, x.lo, y.lo, z.lo)),
        transpose(mat4x4<f32>(w.hi, x.hi, y.hi, z.hi)),
    );
}

// What is summed up for four rows and sixteen tokens: a column is a token.
struct Sums {
    a: mat4x4<f32>,
    b: mat4x4<f32>,
    c: mat4x4<f32>,
    d: mat4x4<f32>,
}

// Where four times four tokens begin in x.
struct Starts {
    a: vec4<u32>,
    b: vec4<u32>,
    c: vec4<u32>,
    d: vec4<u32>,
}

struct Both {
    a: Sums, // the first four rows
    b: Sums, // the other four
}

fn octet_of_rows(sums: Both, v: Columns, w: Columns, at: Starts, n: u32) -> Both {
    let lo0 = four(at.a, n);
    let hi0 = four(at.a, n + 1u);
    let lo1 = four(at.b, n);
    let hi1 = four(at.b, n + 1u);
    let lo2 = four(at.c, n);
    let hi2 = four(at.c, n + 1u);
    let lo3 = four(at.d, n);
    let hi3 = four(at.d, n + 1u);
    let s = sums;
    return Both(
        Sums(
            s.a.a + (v.lo * lo0 + v.hi * hi0),
            s.a.b + (v.lo * lo1 + v.hi * hi1),
            s.a.c + (v.lo * lo2 + v.hi * hi2),
            s.a.d + (v.lo * lo3 + v.hi * hi3),
        ),
        Sums(
            s.b.a + (w.lo * lo0 + w.hi * hi0),
            s.b.b + (w.lo * lo1 + w.hi * hi1),
            s.b.c + (w.lo * lo2 + w.hi * hi2),
            s.b.d + (w.lo * lo3 + w.hi * hi3),
        ),
    );
}

// Stores everything. A loop over copies, since code that is used once need not be long: adapters compile it all.
fn outputs(row: u32, token: vec4<u32>, sums: Both) {
    var all = array<mat4x4<f32>, 8>(sums.a.a, sums.a.b, sums.a.c, sums.a.d, sums.b.a, sums.b.b, sums.b.c, sums.b.d);
    for (var i = 0u; i < 32u; i++) {
        let v = all[i >> 2u][i & 3u];
        let t = 4u * ((i >> 2u) & 3u) + token[i & 3u];
        let r = row + 32u * (i >> 4u);
        output(r, t, v.x);
        output(r + 8u, t, v.y);
        output(r + 16u, t, v.z);
        output(r + 24u, t, v.w);
    }
}

@compute @workgroup_size(8)
fn main(place: Place) {
    let row = 64u * place.wid.x + place.lid; // and 8, 16, … 56 further
    let last_row = vec4<u32>(p.rows - 1u);
    let rows_a = min(row + vec4<u32>(0u, 8u, 16u, 24u), last_row) * p.blocks;
    let rows_b = min(row + vec4<u32>(32u, 40u, 48u, 56u), last_row) * p.blocks;
    let token = tokens(place, 16u * place.wid.y); // and 4, 8 and 12 further
    let last = vec4<u32>(step.len - 1u);
    let stride = p.x_stride;
    let at = Starts(
        min(token, last) * stride,
        min(token + 4u, last) * stride,
        min(token + 8u, last) * stride,
        min(token + 12u, last) * stride,
    );
    var sums = Both();
    for (var b = 0u; b < p.blocks; b++) {
        let v = load_rows(rows_a + b);
        let w = load_rows(rows_b + b);
        let n = 8u * b;
        sums = octet_of_rows(sums, columns(v, v.left, 0u), columns(w, w.left, 0u), at, n);
        sums = octet_of_rows(sums, columns(v, v.left, 1u), columns(w, w.left, 1u), at, n + 2u);
        sums = octet_of_rows(sums, columns(v, v.right, 2u), columns(w, w.right, 2u), at, n + 4u);
        sums = octet_of_rows(sums, columns(v, v.right, 3u), columns(w, w.right, 3u), at, n + 6u);
    }
    outputs(row, token, sums);
}

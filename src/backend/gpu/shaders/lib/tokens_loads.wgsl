// Columns of four tokens, where each invocation reads all four.
struct Place {
    @builtin(local_invocation_index) lid: u32,
    @builtin(workgroup_id) wid: vec3<u32>,
}

// The tokens of the columns that `four` gives, from `first` on.
fn tokens(place: Place, first: u32) -> vec4<u32> {
    return first + vec4<u32>(0u, 1u, 2u, 3u);
}

// Four columns of four tokens, which begin at `at`: a column of the matrix is a token.
fn four(at: vec4<u32>, n: u32) -> mat4x4<f32> {
    return mat4x4<f32>(x[at.x + n], x[at.y + n], x[at.z + n], x[at.w + n]);
}

// Columns of four tokens, where each of four invocations reads one and has the others from its neighbours. So the
// order of the tokens is another in each of them.
enable subgroups;

struct Place {
    @builtin(local_invocation_index) lid: u32,
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(subgroup_invocation_id) lane: u32,
}

// The tokens of the columns that `four` gives, from `first` on.
fn tokens(place: Place, first: u32) -> vec4<u32> {
    return first + (vec4<u32>(place.lane & 3u) ^ vec4<u32>(0u, 1u, 2u, 3u));
}

// Four columns of four tokens, of which the first begins at `at.x`: a column of the matrix is a token.
fn four(at: vec4<u32>, n: u32) -> mat4x4<f32> {
    let own = x[at.x + n];
    return mat4x4<f32>(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
}

// Sums of a team of invocations through workgroup memory; they are whole in lane 0.
var<workgroup> sums: array<vec4<f32>, 256>;
var<workgroup> squares: array<f32, 256>;

fn team_sum(own: Team, lid: u32, lane: u32, lanes: u32) -> Team {
    var team = own;
    sums[lid] = own.sum;
    squares[lid] = own.square;
    workgroupBarrier();
    if lane == 0u {
        for (var i = 1u; i < lanes; i++) {
            team.sum += sums[lid + i];
            team.square += squares[lid + i];
        }
    }
    return team;
}

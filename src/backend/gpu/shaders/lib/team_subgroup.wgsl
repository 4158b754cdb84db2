// Sums of a team of invocations that lies within a subgroup, without memory and without a barrier.
enable subgroups;

fn team_sum(own: Team, lid: u32, lane: u32, lanes: u32) -> Team {
    var team = own;
    for (var gap = lanes >> 1u; gap > 0u; gap >>= 1u) {
        team.sum += subgroupShuffleXor(team.sum, gap);
        team.square += subgroupShuffleXor(team.square, gap);
    }
    return team;
}

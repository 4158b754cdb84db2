// Sums over a workgroup of 64. Each invocation adds up all parts itself: one barrier instead of six.
var<workgroup> parts: array<f32, 64>;

fn reduce_sum(lid: u32, value: f32) -> f32 {
    workgroupBarrier();
    parts[lid] = value;
    workgroupBarrier();
    var sum = 0.0;
    for (var i = 0u; i < 64u; i++) {
        sum += parts[i];
    }
    return sum;
}

fn reduce_max(lid: u32, value: f32) -> f32 {
    workgroupBarrier();
    parts[lid] = value;
    workgroupBarrier();
    var top = parts[0];
    for (var i = 1u; i < 64u; i++) {
        top = max(top, parts[i]);
    }
    return top;
}

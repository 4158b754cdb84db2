// Norms and rotates the keys of a batch and writes keys and values to the cache. A workgroup a kv
// head and token. Queries stay as they are: the norm of another head may need them.
#import head

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lid: u32, @builtin(workgroup_id) wid: vec3<u32>) {
    load_head(lid, p.heads + wid.x, wid.y, 256u);
    store_kv(lid, wid.x, wid.y);
}

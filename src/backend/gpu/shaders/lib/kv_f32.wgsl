// Keys and values as f32.
alias Kv = f32;

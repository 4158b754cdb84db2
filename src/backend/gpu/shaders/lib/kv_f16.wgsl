// Keys and values as f16.
enable f16;
alias Kv = f16;

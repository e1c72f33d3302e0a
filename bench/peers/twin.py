"""twin.py FOLDER [--compile] : the training step of VHGM's network in PyTorch, for bench/speed.ts.

FOLDER holds spec.json and data.bin, as bench/speed/twin.ts writes them: the same layout, starting weights and batches. It reads
commands from standard input, a line each, and answers with a line of JSON:

  check      loss of the first batch and norm of its gradient, before any step
  run N      N steps of forward, backward, clipping, AdamW and weight average; seconds of each, and processor seconds of all

PyTorch gets what it is best with: one product for queries, keys and values, fused attention, fused AdamW, foreach for the rest;
with --compile the forward and backward pass go through torch.compile.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F

folder = sys.argv[1]
spec = json.load(open(f"{folder}/spec.json"))
torch.set_num_threads(spec["threads"])
raw = open(f"{folder}/data.bin", "rb").read()
types = {"float32": torch.float32, "int64": torch.int64}


def tensor(name):
    entry = spec["arrays"][name]
    count = 1
    for size in entry["dims"]:
        count *= size
    if count == 0:
        return torch.zeros(entry["dims"], dtype=types[entry["type"]])
    return torch.frombuffer(bytearray(raw[entry["offset"] : entry["offset"] + entry["bytes"]]), dtype=types[entry["type"]], count=count).reshape(entry["dims"])


groups, config = spec["groups"], spec["config"]
D, P, N = spec["features"], spec["columns"], spec["numbers"]
residual, memory = config["residual"], config["memory"]
column_of = torch.tensor(spec["columnOf"])
sizes = [g["count"] * g["width"] for g in groups]
counts = [g["count"] for g in groups]

theta = tensor("theta")
start = {p["name"]: (theta[p["offset"] : p["offset"] + p["size"]].reshape(p["shape"]).clone(), p["decay"]) for p in spec["params"]}
if residual["kind"] == "transformer":
    for l in range(residual["depth"]):
        parts = [start.pop(f"block{l}.{name}")[0] for name in ("query", "key", "value")]
        start[f"block{l}.qkv"] = (torch.cat(parts, 1).contiguous(), True)
params = {name: torch.nn.Parameter(value) for name, (value, _) in start.items()}


def on_levels(x, f):
    parts = x.split(sizes, -1)
    return torch.cat([t if g["kind"] == "number" else f(t.unflatten(-1, (g["count"], g["width"]))).flatten(-2) for t, g in zip(parts, groups)], -1)


def normalised(block):
    p = block.clamp(spec["smallest"], 1)
    return p / p.sum(-1, keepdim=True)


def linear_path(x, bits, center, weights, relaxation):
    hidden = 1 - bits
    predicted = center.expand_as(x)
    filled = torch.addcmul(x, hidden, center)
    earlier = None
    for _ in range(config["linearRounds"]):
        full = torch.addmm(center, filled - center, weights)
        moved = torch.lerp(predicted, full, relaxation)
        if earlier is not None:
            moved = moved + spec["momentum"] * (predicted - earlier)
        earlier, predicted = predicted, moved
        filled = torch.addcmul(x, hidden, predicted)
    return on_levels(predicted, normalised), filled


def row_keys(w, x, visible):
    h = F.silu(torch.addmm(w["key.in.bias"], torch.cat([x, visible], -1), w["key.in"]))
    flat = torch.addmm(h @ w["key.out"], x, w["key.skip"])
    return flat.view(x.shape[0], memory["heads"], memory["keyWidth"]).transpose(0, 1)


def row_memory(w, x, visible, fixed, row):
    features, observed = fixed["memory.features"], fixed["memory.observed"]
    own = row[:, None] == fixed["memory.row"][None, :]
    q, k = row_keys(w, x, visible), row_keys(w, features, observed)
    distance = q.square().sum(-1, keepdim=True) - 2 * torch.matmul(q, k.transpose(1, 2)) + k.square().sum(-1)[:, None, :]
    score = torch.where(own, -1e9, -distance * w["key.sharpness"].exp()[:, None, None])
    kernel = torch.where(own, 0.0, (score - score.detach().amax(2, keepdim=True)).exp())
    total = torch.matmul(kernel, observed)[..., column_of]
    average = (torch.matmul(kernel, features) + fixed["center"] * spec["priorWeight"]) / (total + spec["priorWeight"])
    share = w["head.share"].softmax(0)[:, column_of]
    return on_levels((average * share[:, None, :]).sum(0), normalised)


def embed(w, source, x):
    parts = [torch.einsum("bcw,cwd->bcd", t.unflatten(-1, (g["count"], g["width"])), w[f"token.{source}.{i}"]) for i, (t, g) in enumerate(zip(x.split(sizes, -1), groups))]
    return torch.cat(parts, 1)


def transformer(w, x, visible, bits, linear, mem):
    d, heads = residual["width"], residual["heads"]
    hidden = 1 - bits
    h = torch.addcmul(w["token.column"], (1 - visible)[..., None], w["token.mask"])
    h = h + embed(w, "value", x) + embed(w, "linear", linear * hidden)
    if mem is not None:
        h = h + embed(w, "memory", mem * hidden)
    for l in range(residual["depth"]):
        norm = lambda t, name: F.layer_norm(t, (d,), w[f"block{l}.{name}.scale"], w[f"block{l}.{name}.shift"])
        q, k, v = torch.matmul(norm(h, "norm1"), w[f"block{l}.qkv"]).view(-1, P, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(-1, P, d)
        h = h + torch.matmul(mixed, w[f"block{l}.out"])
        up = F.silu(F.linear(norm(h, "norm2"), w[f"block{l}.up"].t(), w[f"block{l}.up.bias"]))
        h = h + F.linear(up, w[f"block{l}.down"].t(), w[f"block{l}.down.bias"])
    h = F.layer_norm(h, (d,), w["final.scale"], w["final.shift"])
    out = [torch.einsum("bcd,cdw->bcw", t, w[f"head.{i}"]).flatten(1) for i, t in enumerate(h.split(counts, 1))]
    variance = torch.einsum("bcd,cdw->bcw", h[:, :N], w["head.variance"])[..., 0] + w["head.variance.bias"]
    return torch.cat(out, -1) + w["head.bias"], variance.clamp(*spec["logVarianceRange"])


def mlp(w, filled, visible, drop):
    h = F.silu(torch.addmm(w["mlp.1.bias"], torch.cat([filled, visible], -1), w["mlp.1"])) * drop[0]
    h = F.silu(torch.addmm(w["mlp.2.bias"], h, w["mlp.2"])) * drop[1]
    variance = torch.addmm(w["mlp.variance.bias"], h, w["mlp.variance"])
    return torch.addmm(w["mlp.out.bias"], h, w["mlp.out"]), variance.clamp(*spec["logVarianceRange"])


def path_loss(predicted, target, weight, log_variance, log_probability):
    total = 0.0
    for p, t, wt, g in zip(predicted.split(sizes, -1), target.split(sizes, -1), weight.split(counts, -1), groups):
        shape = (g["count"], g["width"])
        p, t = p.unflatten(-1, shape), t.unflatten(-1, shape)
        if g["kind"] == "levels":
            total = total - ((log_probability(p) * t).sum(-1) * wt).sum()
            continue
        error = (p[..., 0] - t[..., 0]).square()
        if log_variance is not None:
            spread = log_variance[:, g["firstColumn"] : g["firstColumn"] + g["count"]]
            error = (spec["degrees"] + 1) * torch.log1p(error * (-spread).exp() / spec["degrees"]) + spread
        total = total + 0.5 * (error * wt).sum()
    return total


def loss_of(w, feed, fixed):
    visible, weight, x = feed["visible"], feed["weight"], feed["x"]
    with torch.no_grad():
        bits = visible[:, column_of]
        seen = x * bits
        linear, filled = linear_path(seen, bits, fixed["center"], fixed["weights"], fixed["relaxation"])
    logits = w["gate.linear"] * on_levels(linear, torch.log)
    mem = row_memory(w, seen, visible, fixed, feed["row"]) if memory else None
    if mem is not None:
        logits = logits + w["gate.memory"] * on_levels(mem, torch.log)
    own, variance = transformer(w, seen, visible, bits, linear, mem) if residual["kind"] == "transformer" else mlp(w, filled, visible, (feed["dropout.0"], feed["dropout.1"]))
    loss = path_loss(logits + own, x, weight, variance, lambda t: F.log_softmax(t, -1))
    if mem is not None:
        loss = loss + spec["memoryLoss"] * path_loss(mem, x, weight, None, torch.log)
    return loss


names = list(params)
values = [params[name] for name in names]
average = [value.detach().clone() for value in values]
adam = spec["adam"]
optimiser = torch.optim.AdamW(
    [
        {"params": [params[name] for name in names if start[name][1]], "weight_decay": adam["weightDecay"]},
        {"params": [params[name] for name in names if not start[name][1]], "weight_decay": 0.0},
    ],
    lr=adam["rate"], betas=(adam["beta1"], adam["beta2"]), eps=adam["epsilon"], fused=True,
)
fixed = {name: tensor(name) for name in spec["fixed"]}
feeds = [{name: tensor(f"{b}/{name}") for name in spec["feeds"]} for b in range(spec["batches"])]
if "--compile" in sys.argv:
    loss_of = torch.compile(loss_of, dynamic=False)


def step(feed):
    optimiser.zero_grad(set_to_none=True)
    loss = loss_of(params, feed, fixed)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(values, adam["clip"], foreach=True)
    optimiser.step()
    torch._foreach_lerp_(average, values, 1 - adam["keep"])
    return loss.item()


taken = 0
print(json.dumps({"torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}), flush=True)
for line in sys.stdin:
    command = line.split()
    if command[0] == "check":
        loss = loss_of(params, feeds[0], fixed)
        gradients = torch.autograd.grad(loss, values)
        norm = sum(g.double().square().sum() for g in gradients).sqrt()
        print(json.dumps({"loss": loss.item(), "gradient": norm.item()}), flush=True)
        continue
    seconds, before = [], time.process_time()
    for _ in range(int(command[1])):
        begun = time.perf_counter()
        loss = step(feeds[taken % len(feeds)])
        taken += 1
        seconds.append(time.perf_counter() - begun)
    print(json.dumps({"seconds": seconds, "cpu": time.process_time() - before, "loss": loss}), flush=True)

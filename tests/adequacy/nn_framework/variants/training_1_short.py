# style: as short as it gets
# notebook: 0_train_model

# %%
def batches(x, y, batch_size):
    p = np.random.permutation(len(x))
    return ((x[i], y[i]) for i in np.split(p, range(batch_size, len(p), batch_size)))

# %%
def train_model(network, criterion, config, x, y, epochs, batch_size):
    def step(a, b):
        network.zero_grad_params()
        out = network.forward(a)
        loss = criterion.forward(out, b)
        network.backward(a, criterion.backward(out, b))
        modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
        return loss * len(a) / len(x)

    state = {}
    network.train()
    return [sum(step(*b) for b in batches(x, y, batch_size)) for _ in range(epochs)]

# %%
def chain(*layers):
    network = modules.Sequential()
    for layer in layers:
        network.add(layer)
    return network

make_blobs_network = lambda: chain(modules.Linear(2, 2), modules.LogSoftMax())
make_circles_network = lambda: chain(
    modules.Linear(2, 40), modules.ReLU(), modules.Linear(40, 2), modules.LogSoftMax())
make_image_network = lambda: chain(
    modules.Flatten(), modules.Linear(64, 32), modules.ReLU(), modules.Linear(32, 10), modules.LogSoftMax())

# %%
from math import comb

def paired_test(f, s):
    b, c = sum(f & ~s), sum(s & ~f)
    return min(1, sum(comb(b + c, k) for k in range(min(b, c) + 1)) * 2 / 2 ** int(b + c))

# %%
def predict_probabilities(network, x):
    network.evaluate()
    return np.exp(network.forward(x))

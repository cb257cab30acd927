# style: classes: a loader with __iter__, a trainer with methods
# notebook: 0_train_model

# %%
class Loader:
    def __init__(self, x, y, batch_size, rng=None):
        self.x, self.y, self.batch_size = x, y, batch_size
        self.rng = rng or np.random.default_rng()

    def __len__(self):
        return int(np.ceil(len(self.x) / self.batch_size))

    def __iter__(self):
        order = np.arange(len(self.x))
        self.rng.shuffle(order)
        for number in range(len(self)):
            rows = order[number * self.batch_size:(number + 1) * self.batch_size]
            yield np.take(self.x, rows, axis=0), np.take(self.y, rows, axis=0)

def batches(x, y, batch_size):
    yield from Loader(x, y, batch_size)

# %%
class Trainer:
    def __init__(self, network, criterion, config):
        self.network, self.criterion, self.config, self.state = network, criterion, config, {}

    def step(self, x, y):
        self.network.zero_grad_params()
        out = self.network.forward(x)
        self.criterion.forward(out, y)
        self.network.backward(x, self.criterion.backward(out, y))
        modules.SGD(self.network.get_parameters(), self.network.get_grad_params(),
                    self.config, self.state)
        return self.criterion.output

    def epoch(self, loader):
        self.network.train()
        losses, weights = zip(*((self.step(x, y), len(x)) for x, y in loader))
        return np.average(losses, weights=weights)

def train_model(network, criterion, config, x, y, epochs, batch_size):
    trainer = Trainer(network, criterion, config)
    loader = Loader(x, y, batch_size)
    return np.array([trainer.epoch(loader) for _ in progress(range(epochs), "trainer")])

# %%
class Net(modules.Sequential):
    def __init__(self, *layers):
        super().__init__()
        for layer in layers:
            self.add(layer)

class BlobsNet(Net):
    def __init__(self):
        super().__init__(modules.Linear(2, 2), modules.LogSoftMax())

class CirclesNet(Net):
    def __init__(self):
        super().__init__(modules.Linear(2, 100), modules.ReLU(), modules.Linear(100, 2), modules.LogSoftMax())

class ImageNet(Net):
    def __init__(self):
        super().__init__(modules.Flatten(), modules.Linear(64, 64), modules.BatchNormalization(0.9),
                         modules.Scaling(64), modules.ReLU(), modules.Linear(64, 10), modules.LogSoftMax())

def make_blobs_network():
    return BlobsNet()

def make_circles_network():
    return CirclesNet()

def make_image_network():
    return ImageNet()

# %%
import math
def paired_test(first_right, second_right):
    first, second = np.asarray(first_right, bool), np.asarray(second_right, bool)
    n = int(np.count_nonzero(first != second))
    b = int(np.count_nonzero(first > second))
    at_least = abs(2 * b - n)
    # in logarithms, so that no number is too large
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2)
            for k in range(n + 1) if abs(2 * k - n) >= at_least]
    return float(min(1.0, math.fsum(map(math.exp, logs))))

# %%
def predict_probabilities(network, x):
    mode = network.training
    network.evaluate()
    out = network.forward(x)
    if mode:
        network.train()
    probabilities = np.exp(out - out.max(axis=1, keepdims=True))
    return probabilities / probabilities.sum(axis=1, keepdims=True)

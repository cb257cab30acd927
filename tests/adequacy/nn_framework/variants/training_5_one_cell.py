# style: one giant cell with magics, plots and training in between
# notebook: 0_train_model

# %%
%matplotlib inline
import numpy as np, math
import matplotlib.pyplot as plt
from homework import *

def batches(x, y, batch_size):
    index = np.argsort(np.random.rand(len(x)))
    for k in range(math.ceil(len(x) / batch_size)):
        sl = index[k * batch_size:(k + 1) * batch_size]
        yield (x[sl], y[sl])

def train_model(network, criterion, config, x, y, epochs, batch_size):
    network.train(); state = {}; hist = []
    bar = progress(range(epochs), "training")
    for e in bar:
        tot = 0; cnt = 0
        for xb, yb in batches(x, y, batch_size):
            out = network.forward(xb); l = criterion.forward(out, yb)
            dout = criterion.backward(out, yb)
            network.backward(xb, dout)
            modules.SGD(network.get_parameters(), network.get_grad_params(), config, state)
            network.zero_grad_params()
            tot += l * xb.shape[0]; cnt += xb.shape[0]
        hist.append(tot / cnt)
        bar.say(f"loss {hist[-1]:.4f}")
    return hist

def seq(*ls):
    s = modules.Sequential()
    [s.add(l) for l in ls]
    return s

def make_blobs_network(): return seq(modules.Linear(2, 2), modules.LogSoftMax())
def make_circles_network(): return seq(modules.Linear(2, 30), modules.SoftPlus(), modules.Linear(30, 30), modules.ReLU(), modules.Linear(30, 2), modules.LogSoftMax())
def make_image_network(): return seq(modules.Flatten(), modules.Linear(64, 128), modules.ELU(), modules.Linear(128, 10), modules.LogSoftMax())

def paired_test(first_right, second_right):
    d = np.asarray(first_right).astype(int) - np.asarray(second_right).astype(int)
    b = int((d > 0).sum()); c = int((d < 0).sum()); n = b + c
    lo = min(b, c)
    p = sum(math.comb(n, k) for k in range(0, lo + 1)) + sum(math.comb(n, k) for k in range(n - lo, n + 1))
    return min(p / 2 ** n, 1)

def predict_probabilities(network, x):
    network.evaluate(); out = network.forward(x); network.train()
    return np.e ** out

np.random.seed(0)
x, labels = make_blobs(100)
net = make_blobs_network()
plt.plot(train_model(net, modules.NLLCriterion(), dict(learning_rate=0.1, momentum=0.9), x, one_hot(labels, 2), 3, 32))
plt.show()
this_name_does_not_exist

# style: names and comments in Chinese

# %% [markdown]
# # 神经网络框架作业
# 说明：所有批量数据按行排列。

# %%
import numpy as np
极小值 = 1e-15  # 防止 log(0)

# %%
def 按行求和(矩阵):
    return 矩阵.sum(axis=1, keepdims=True)

# %%
class Sequential(Module):
    """顺序容器：依次执行每一层"""
    def __init__(self):
        super().__init__()
        self.modules = []
    def add(self, module):
        self.modules.append(module)
    def update_output(self, input):
        self.各层输入 = {}
        数据 = input
        for 层 in range(len(self.modules)):
            self.各层输入[层] = 数据
            数据 = self.modules[层].forward(数据)
        self.output = 数据
        return self.output
    def backward(self, input, grad_output):
        梯度 = grad_output
        for 层 in sorted(self.各层输入, reverse=True):
            梯度 = self.modules[层].backward(self.各层输入[层], 梯度)
        self.grad_input = 梯度
        return self.grad_input
    def zero_grad_params(self):
        for m in self.modules: m.zero_grad_params()
    def get_parameters(self): return [m.get_parameters() for m in self.modules]
    def get_grad_params(self): return [m.get_grad_params() for m in self.modules]
    def train(self):
        self.training = True
        for m in self.modules: m.train()
    def evaluate(self):
        self.training = False
        for m in self.modules: m.evaluate()
    def __getitem__(self, i): return self.modules[i]
    def __repr__(self): return '顺序容器'

# %%
class Linear(Module):
    """线性层 y = xW + b"""
    def __init__(self, n_in, n_out):
        super().__init__()
        界 = 1 / np.sqrt(n_in)
        self.W = np.random.uniform(-界, 界, size=(n_in, n_out))
        self.b = np.random.uniform(-界, 界, size=(n_out,))
        self.gradW = np.zeros((n_in, n_out)); self.gradb = np.zeros((n_out,))
    def update_output(self, input):
        self.output = np.einsum('ij,jk', input, self.W) + self.b
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.einsum('ik,jk', grad_output, self.W)
        return self.grad_input
    def update_grad_params(self, input, grad_output):
        self.gradW = np.einsum('ij,ik', input, grad_output)
        self.gradb = np.einsum('ik->k', grad_output)
    def zero_grad_params(self):
        self.gradW = np.zeros_like(self.gradW); self.gradb = np.zeros_like(self.gradb)
    def get_parameters(self): return [self.W, self.b]
    def get_grad_params(self): return [self.gradW, self.gradb]

# %%
class SoftMax(Module):
    """减去每行最大值以保证数值稳定"""
    def update_output(self, input):
        指数 = np.exp(input - input.max(axis=1, keepdims=True))
        self.output = 指数 / 按行求和(指数)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = self.output * (grad_output - 按行求和(grad_output * self.output))
        return self.grad_input

# %%
class Dropout(Module):
    """以概率 p 置零"""
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p
    def update_output(self, input):
        if self.training:
            self.掩码 = (np.random.rand(*input.shape) < 1 - self.p)
            self.output = input * self.掩码 / (1 - self.p)
        else:
            self.output = input
        return self.output
    def update_grad_input(self, input, grad_output):
        if self.training:
            self.grad_input = grad_output * self.掩码 / (1 - self.p)
        else:
            self.grad_input = grad_output
        return self.grad_input

# %%
class BatchNormalization(Module):
    """批归一化"""
    EPS = 1e-3
    def __init__(self, alpha=0.):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None
    def update_output(self, input):
        if self.training:
            self.均值 = np.mean(input, axis=0)
            self.方差 = np.var(input, axis=0)
            if self.moving_mean is None:  # 第一批
                self.moving_mean = self.均值
                self.moving_variance = self.方差
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * self.均值
                self.moving_variance = self.alpha * self.moving_variance + (1 - self.alpha) * self.方差
            self.output = (input - self.均值) / np.sqrt(self.方差 + self.EPS)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output
    def update_grad_input(self, input, grad_output):
        # 分三部分：直接项、均值项、方差项
        批量 = input.shape[0]
        标准差倒数 = 1 / np.sqrt(self.方差 + self.EPS)
        直接项 = grad_output * 标准差倒数
        均值项 = -直接项.sum(axis=0) / 批量
        方差项 = -(input - self.均值) * 标准差倒数 ** 2 * (直接项 * (input - self.均值)).sum(axis=0) / 批量
        self.grad_input = 直接项 + 均值项 + 方差项
        return self.grad_input

# %%
class LeakyReLU(Module):
    def __init__(self, slope=0.03):
        super().__init__()
        self.slope = slope
    def update_output(self, input):
        self.output = np.maximum(input, 0) - self.slope * np.maximum(-input, 0)
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = grad_output * ((1 - self.slope) * (input > 0) + self.slope)
        return self.grad_input
class ELU(Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
    def update_output(self, input):
        self.output = np.where(input > 0, input, self.alpha * np.expm1(input))
        return self.output
    def update_grad_input(self, input, grad_output):
        self.grad_input = np.multiply(grad_output, np.where(input > 0, 1, np.add(self.output, self.alpha)))
        return self.grad_input
class SoftPlus(Module):
    def update_output(self, input):
        self.output = np.log1p(np.exp(-np.abs(input))) + np.maximum(input, 0)
        return self.output
    def update_grad_input(self, input, grad_output):
        正 = input >= 0
        e = np.exp(-np.abs(input))
        self.grad_input = grad_output * np.where(正, 1 / (1 + e), e / (1 + e))
        return self.grad_input

# %%
class MSECriterion(Criterion):
    """均方误差（除以行数）"""
    def update_output(self, input, target):
        self.output = np.sum((input - target) ** 2) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = 2 * (input - target) / len(input)
        return self.grad_input
class NLLCriterionUnstable(Criterion):
    EPS = 极小值
    def update_output(self, input, target):
        self.output = -np.sum(target * np.log(np.clip(input, 极小值, 1 - 极小值))) / len(input)
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / np.clip(input, 极小值, 1 - 极小值) / len(input)
        return self.grad_input
class NLLCriterion(Criterion):
    def update_output(self, input, target):
        self.output = -(按行求和(target * input)).mean()
        return self.output
    def update_grad_input(self, input, target):
        self.grad_input = -target / len(input)
        return self.grad_input

# %%
def SGD(variables, gradients, config, state):
    """带动量的随机梯度下降"""
    速度 = state.setdefault('accumulated_grads', {})
    编号 = -1
    for 变量组, 梯度组 in zip(variables, gradients):
        for 变量, 梯度 in zip(变量组, 梯度组):
            编号 += 1
            速度[编号] = config['momentum'] * 速度.get(编号, 0) + config['learning_rate'] * 梯度
            np.subtract(变量, 速度[编号], out=变量)

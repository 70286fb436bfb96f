"""The same ResNet-20 in PyTorch, as an independent reference for the local algorithm.

    python3 resnet20.py step        one Nesterov step in double precision; prints the numbers that the tests compare
    python3 resnet20.py bench N     seconds of each of N training steps of 64 pictures of 28 by 28 pixels, as JSON
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    """Pre-activation unit; the shortcut of a stage's first unit is a 1x1 convolution of the activated input."""

    def __init__(self, inputs, outputs, stride, first):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.sc = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if first else None

    def forward(self, x):
        active = F.relu(self.bn1(x))
        y = self.conv2(F.relu(self.bn2(self.conv1(active))))
        return y + (self.sc(active) if self.sc else x)


class ResNet20(nn.Module):
    def __init__(self, classes=2):
        super().__init__()
        self.bn_data = nn.BatchNorm2d(3)
        self.bn_data.weight.requires_grad = False
        self.conv0 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        widths = [16, 16, 32, 64]
        self.units = nn.Sequential(*[
            Unit(widths[s if u == 0 else s + 1], widths[s + 1], 2 if u == 0 and s > 0 else 1, u == 0)
            for s in range(3) for u in range(3)
        ])
        self.bn1 = nn.BatchNorm2d(64)
        self.fc1 = nn.Linear(64, classes)

    def forward(self, x):
        x = self.units(self.conv0(self.bn_data(x)))
        return self.fc1(F.relu(self.bn1(x)).mean((2, 3)))

    def ordered(self):
        """Trained parameters in the order in which the local network declares them."""
        yield self.bn_data.bias
        yield self.conv0.weight
        for unit in self.units:
            yield from (unit.bn1.weight, unit.bn1.bias, unit.conv1.weight, unit.bn2.weight, unit.bn2.bias)
            yield unit.conv2.weight
            if unit.sc:
                yield unit.sc.weight
        yield from (self.bn1.weight, self.bn1.bias, self.fc1.weight, self.fc1.bias)


def step():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    net = ResNet20()
    offset = 0
    for p in net.ordered():
        i = torch.arange(offset, offset + p.numel(), dtype=torch.float64)
        p.data = (0.1 * torch.sin(i)).reshape(p.shape)
        offset += p.numel()
    batch, side = 4, 12
    pixels = torch.arange(batch * 3 * side * side)
    pictures = ((pixels * pixels + 37 * pixels) % 251).double().reshape(batch, 3, side, side)
    labels = torch.tensor([0, 1, 1, 0])
    logits = net(pictures)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    gradient = torch.cat([p.grad.flatten() for p in net.ordered()])
    print(json.dumps({
        "parameters": offset,
        "loss": loss.item(),
        "probabilities": F.softmax(logits, 1).flatten().tolist(),
        "gradientNorm": gradient.norm().item(),
        "gradient": {i: gradient[i].item() for i in (0, 1, 10, 400, 3000, 5000, 30000, offset - 2, offset - 1)},
        "gradientSums": [gradient[i::7].sum().item() for i in range(3)],
        "runningMean": net.bn1.running_mean[:3].tolist(),
    }, indent=1))


def bench(steps):
    torch.set_num_threads(2)
    net = ResNet20()
    pictures = torch.rand(64, 3, 28, 28) * 255
    labels = torch.arange(64) % 2
    trained = [p for p in net.parameters() if p.requires_grad]
    optimiser = torch.optim.SGD(trained, lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
    seconds = []
    for _ in range(steps):
        start = time.perf_counter()
        optimiser.zero_grad()
        F.cross_entropy(net(pictures), labels).backward()
        optimiser.step()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"version": torch.__version__, "seconds": seconds}))


if __name__ == "__main__":
    if sys.argv[1] == "step":
        step()
    else:
        bench(int(sys.argv[2]))

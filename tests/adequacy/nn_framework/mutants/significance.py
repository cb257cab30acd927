"""Wrong p-values for two networks on the same examples."""


# %% base
import math


def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c))


# %% mutant: one-sided
# method: p-value
# wrong: only one direction counts
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)


# %% mutant: above-1
# method: p-value
# wrong: the two halves overlap and nothing keeps p at 1
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)


# %% mutant: observed-left-out
# method: p-value
# wrong: the result that was seen is not counted
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c))) / 2 ** (b + c))


# %% mutant: one-too-many
# method: p-value
# wrong: one more result is counted
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 2)) / 2 ** (b + c))


# %% mutant: only-the-observed
# method: p-value
# wrong: only the probability of the result that was seen
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return min(1.0, 2 * math.comb(b + c, min(b, c)) / 2 ** (b + c))


# %% mutant: max-for-min
# method: p-value
# wrong: sums up to the larger number
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(max(b, c) + 1)) / 2 ** (b + c))


# %% mutant: first-only
# method: p-value
# wrong: sums up to b even if that is the larger number
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(b + 1)) / 2 ** (b + c))


# %% mutant: one-minus-p
# method: p-value
# wrong: the complement
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return 1 - min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c))


# %% mutant: normal-approximation
# method: p-value
# wrong: the normal approximation
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    z = abs(b - c) / math.sqrt(max(b + c, 1))
    return math.erfc(z / math.sqrt(2))


# %% mutant: continuity-correction
# method: p-value
# wrong: the chi-squared test with Edwards' correction
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    z = max(abs(b - c) - 1, 0) / math.sqrt(max(b + c, 1))
    return math.erfc(z / math.sqrt(2))


# %% mutant: mid-p
# method: p-value
# wrong: half of the probability of the result that was seen is left out
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    n = b + c
    tail = sum(math.comb(n, k) for k in range(min(b, c) + 1)) - math.comb(n, min(b, c)) / 2
    return min(1.0, 2 * tail / 2 ** n)


# %% mutant: by-simulation
# method: p-value
# wrong: a thousand tosses in place of the sum
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    rng = np.random.default_rng(0)
    heads = rng.binomial(b + c, 0.5, size=1000)
    return float(np.mean(np.abs(2 * heads - b - c) >= abs(b - c)))


# %% mutant: divided-by-n
# method: p-value
# wrong: divides by the number of disagreements
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / max(b + c, 1))


# %% mutant: no-disagreement-is-0
# method: p-value
# wrong: p is 0 where there is no disagreement
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    if b + c == 0:
        return 0.0
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c))


# %% mutant: no-disagreement-crashes
# method: p-value
# wrong: divides by 0 where there is no disagreement
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    ratio = min(b, c) / (b + c)
    m = round(ratio * (b + c))
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(m + 1)) / 2 ** (b + c))


# %% mutant: returns-a-tuple
# method: p-value
# wrong: returns b and c as well
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return b, c, min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c))


# %% mutant: rounded
# method: p-value
# wrong: p is rounded to three digits
def paired_test(first_right, second_right):
    b, c = int(np.sum(first_right & ~second_right)), int(np.sum(second_right & ~first_right))
    return round(min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)), 3)


# %% mutant: unpaired
# method: p-value
# wrong: compares how many each one gets right
def paired_test(first_right, second_right):
    b, c = int(first_right.sum()), int(second_right.sum())
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c))


# %% mutant: both-wrong-count
# method: p-value
# wrong: what both get wrong counts for both
def paired_test(first_right, second_right):
    b, c = int((~second_right).sum()), int((~first_right).sum())
    return min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c))


# %% mutant: all-examples-tossed
# method: p-value
# wrong: n is the number of all examples
def paired_test(first_right, second_right):
    b, c = int((first_right & ~second_right).sum()), int((second_right & ~first_right).sum())
    n = len(first_right)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(min(b, c) + 1)) / 2 ** n)


# %% mutant: two-proportions
# method: p-value
# wrong: a test for two separate samples
def paired_test(first_right, second_right):
    n = max(len(first_right), 1)
    p, q = first_right.mean() if n > 1 else 0, second_right.mean() if n > 1 else 0
    pooled = (p + q) / 2
    z = abs(p - q) / max(math.sqrt(2 * pooled * (1 - pooled) / n), 1e-12)
    return math.erfc(z / math.sqrt(2))

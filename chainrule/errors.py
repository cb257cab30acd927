"""The errors that a person sees: what was wrong, where, and what to do."""


class ChainruleError(Exception):
    """Anything chainrule reports in one sentence, without a traceback."""

    of_the_grader = True  # never recorded as a failure of a student's code


class UsageError(ChainruleError):
    """The command was called with something that does not exist or is not allowed."""


class NotGradedError(ChainruleError):
    """The grader itself could not judge a submission; the student is not to blame."""


class GradebookError(ChainruleError):
    """The gradebook cannot be read or written."""


class SandboxError(ChainruleError):
    """This machine cannot confine a submission as the design demands."""


class Disturbed(ChainruleError):
    """A process of the sandbox was killed from outside, so that nothing is known of a submission.

    Neither the student's failure nor a fault of the grader: judging again may help.
    """

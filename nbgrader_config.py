"""The course: how nbgrader and chainrule run in this folder."""

from chainrule.settings import configure

c = get_config()  # noqa: F821

# Submissions are run in chainrule's sandbox and judged outside of it, also by nbgrader's commands.
configure(c)

c.CourseDirectory.course_id = "neural_networks"

# Nothing counts that is handed in later. The time zone is part of a deadline.
c.ChainruleSettings.deadlines = {
    "gradient_descent": "2026-10-16 23:59 UTC",
    "autodiff": "2026-10-30 23:59 UTC",
    "activations_and_losses": "2026-11-06 23:59 UTC",
    "nn_framework": "2026-11-20 23:59 UTC",
}

# Every random number of the judge and of the sandbox comes from this seed.
c.ChainruleSettings.seed = 7

/* SPDX-License-Identifier: MIT */
/* Criterion 2.4.1 never frees the tree that it builds for all(), any() and none().  Nothing else is
 * forgiven: a leak of ours has no such frame. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void)
{
    return "leak:cri_assert_node_add\n";
}

__attribute__((visibility("default"))) const char *
__lsan_default_options(void)
{
    return "print_suppressions=0";
}

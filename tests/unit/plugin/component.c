/* SPDX-License-Identifier: MIT */
#include "plugin/component.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

typedef struct sized {
    uint32_t size;
    uint32_t first;
    uint32_t second;
} sized;

static execz_status
start(const execz_host *host, const char *alias, execz_executor **executor_out, execz_error *err)
{
    return EXECZ_E_UNSUPPORTED;
}

static execz_status
stop(execz_executor *self, uint32_t flags, int64_t deadline, execz_error *err)
{
    return EXECZ_OK;
}

static execz_status
send_task(execz_executor *self, const execz_task *task, const execz_time *run_times, uint32_t n,
          execz_run run, execz_error *err)
{
    return EXECZ_OK;
}

static void
destroy(execz_executor *self)
{
}

/* A descriptor and the file it belongs to, which agree; a test spoils one of them. */
static execz_executor_ops ops;
static execz_component component;
static const execz_component *components[2];
static execz_plugin plugin;
static ez_plugin_file *file;
static ez_component read_components[2];

static void
setup(void)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "good.so", NULL);
    const ez_plugin_part *part;

    fixture_install(directory, "good", "good.so");
    file = ez_plugin_file_new(path);
    cr_assert(eq(u32, file->n_parts, 1), "%s", file->refusal.message);
    part = &file->parts[0];
    ops = (execz_executor_ops){
        .size = sizeof ops,
        .start = start,
        .shutdown = stop,
        .send_task = send_task,
        .destroy = destroy,
    };
    component = (execz_component){
        .size = sizeof component,
        .caps = part->caps,
        .kind = part->kind,
        .alias = part->alias_text,
        .summary = part->summary,
        .ops = &ops,
        .options = part->options.option,
        .n_options = part->options.n,
        .task_options = part->task_options.option,
        .n_task_options = part->task_options.n,
    };
    components[0] = components[1] = &component;
    plugin = (execz_plugin){
        .magic = EXECZ_PLUGIN_MAGIC,
        .size = sizeof plugin,
        .abi = file->abi,
        .needs_abi = file->needs_abi,
        .id = file->id,
        .version = file->version,
        .components = components,
        .n_components = 1,
    };
}

static void
teardown(void)
{
    g_free(read_components[0].ops);
    ez_plugin_file_free(file);
}

TestSuite(component, .init = setup, .fini = teardown);

static void
expect_refusal(const char *code, const char *words)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_components_read(&plugin, file, read_components, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)code));
    cr_expect(g_str_has_prefix(err.message, file->path), "%s", err.message);
    cr_expect(strstr(err.message, words) != NULL, "%s", err.message);
}

/* ---- structs that grow ---- */

Test(component, of_a_longer_struct_we_take_what_we_know)
{
    const sized theirs[2] = {{sizeof theirs, 1, 2}, {3, 4, 5}};
    sized ours = {0};

    cr_expect(ez_copy_sized(&ours, sizeof ours, theirs, sizeof theirs, 8));
    cr_expect(all(eq(u32, ours.first, 1), eq(u32, ours.second, 2)));
}

Test(component, what_a_shorter_struct_lacks_is_zero)
{
    const sized theirs = {8, 1, 2};
    sized ours = {9, 9, 9};

    cr_expect(ez_copy_sized(&ours, sizeof ours, &theirs, 8, 8));
    cr_expect(all(eq(u32, ours.first, 1), eq(u32, ours.second, 0)));
}

Test(component, a_struct_shorter_than_at_first_is_not_taken)
{
    const sized theirs = {7, 1, 2};
    sized ours = {9, 9, 9};

    cr_expect(not(ez_copy_sized(&ours, sizeof ours, &theirs, 7, 8)));
    cr_expect(eq(u32, ours.first, 9));
}

/* ---- descriptors ---- */

Test(component, a_descriptor_that_agrees_with_its_file_is_taken)
{
    execz_error err = EXECZ_ERROR_INIT;
    const execz_executor_ops *taken;

    cr_assert(eq(int, ez_components_read(&plugin, file, read_components, &err), EXECZ_OK), "%s",
              err.message);
    cr_expect(eq(ptr, (void *)read_components[0].part, &file->parts[0]));
    taken = read_components[0].ops;
    cr_expect(ne(ptr, (void *)taken, &ops), "a copy");
    cr_expect(taken->send_task == send_task);
}

Test(component, a_table_from_a_later_version_is_taken)
{
    struct {
        execz_executor_ops known;
        void *later;
    } longer = {.known = ops, .later = &plugin};
    const execz_executor_ops *taken;

    longer.known.size = sizeof longer;
    component.ops = &longer;
    cr_assert(eq(int, ez_components_read(&plugin, file, read_components, NULL), EXECZ_OK));
    taken = read_components[0].ops;
    cr_expect(taken->destroy == destroy);
}

Test(component, a_wrong_magic_is_told)
{
    plugin.magic = 0x12345678;
    expect_refusal("P403", "starts with 0x12345678 instead of the magic");
}

Test(component, a_descriptor_that_is_too_short_is_refused)
{
    plugin.size = 16;
    expect_refusal("P403", "its descriptor has the size 16, at least 72 was expected");
}

Test(component, a_component_that_is_too_short_is_refused)
{
    component.size = 16;
    expect_refusal("P403", "its component has the size 16, at least 72 was expected");
}

Test(component, a_missing_component_is_refused)
{
    components[0] = NULL;
    expect_refusal("P403", "its component has the size 0");
}

Test(component, a_table_that_is_too_short_is_refused)
{
    ops.size = 16;
    expect_refusal("P403", "its table of functions has the size 16");
}

Test(component, a_missing_table_is_refused)
{
    component.ops = NULL;
    expect_refusal("P403", "its table of functions has the size 0");
}

Test(component, a_missing_function_is_named)
{
    ops.send_task = NULL;
    expect_refusal("P602", "'good' has no function 'send_task', which every " EXECZ_KIND_EXECUTOR
                           " must have");
}

Test(component, an_id_other_than_in_the_note_is_refused)
{
    plugin.id = "org.execz.other";
    expect_refusal("P404", "has the id 'org.execz.other', the note in the file "
                           "'org.execz.test.good'");
}

Test(component, an_abi_other_than_in_the_note_is_refused)
{
    plugin.abi = EXECZ_ABI_MAKE(1, 31);
    expect_refusal("P404", "has the abi '1.31', the note in the file '1.0'");
}

Test(component, an_alias_other_than_in_the_note_is_refused)
{
    component.alias = "better";
    expect_refusal("P404", "has the alias 'better', the note in the file 'good'");
}

Test(component, caps_other_than_in_the_note_are_refused)
{
    component.caps = 0;
    expect_refusal("P404", "has the caps '0x0'");
}

Test(component, options_other_than_in_the_note_are_refused)
{
    component.n_options = 1;
    expect_refusal("P404", "the options of 'good' are not those of the note");
}

Test(component, task_options_other_than_in_the_note_are_refused)
{
    component.n_task_options = 0;
    expect_refusal("P404", "the task options of 'good' are not those of the note");
}

Test(component, more_components_than_notes_are_refused)
{
    plugin.n_components = 2;
    expect_refusal("P404", "its descriptor has 2 components, the file has notes for 1");
}

Test(component, one_alias_belongs_to_one_component)
{
    ez_plugin_part two[2] = {file->parts[0]};
    ez_plugin_file wider = *file;
    execz_error err = EXECZ_ERROR_INIT;

    two[1] = (ez_plugin_part){.alias_text = (char *)"second"};
    wider.parts = two;
    wider.n_parts = plugin.n_components = 2;
    cr_expect(eq(int, ez_components_read(&plugin, &wider, read_components, &err), EXECZ_E_PLUGIN));
    cr_expect(g_str_has_suffix(err.message, "has two components with the alias 'good'"), "%s",
              err.message);
}

Test(component, a_kind_that_we_do_not_know_is_left_alone)
{
    const ez_plugin_part stranger = {.kind = (char *)"weather"};
    ez_component self = {.part = &stranger};

    cr_expect(eq(int, ez_component_take_ops(&self, file, &ops, NULL), EXECZ_OK));
    cr_expect(zero(ptr, self.ops));
}

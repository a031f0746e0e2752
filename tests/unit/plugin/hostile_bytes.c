/* SPDX-License-Identifier: MIT */
/* Files whose bytes are not those of a plugin for this execz. */
#include "hostile.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* ---- what it is ----------------------------------------------------------------------------- */

static Elf64_Ehdr *
header_of(victim *self)
{
    return (void *)self->bytes;
}

static void
empty(victim *self)
{
    self->size = 0;
}

static void
text(victim *self)
{
    memset(self->bytes, 'x', self->size);
}

static void
three_bytes(victim *self)
{
    self->size = 3;
}

static void
half_a_header(victim *self)
{
    self->size = 40;
}

static void
without_its_last_byte(victim *self)
{
    self->size--;
}

static void
of_32_bits(victim *self)
{
    self->bytes[EI_CLASS] = ELFCLASS32;
}

static void
of_another_byte_order(victim *self)
{
    self->bytes[EI_DATA] = (uint8_t)(ELFDATA2LSB + ELFDATA2MSB - self->bytes[EI_DATA]);
}

static void
of_another_machine(victim *self)
{
    header_of(self)->e_machine = EM_MIPS;
}

static void
as_an_object_file(victim *self)
{
    header_of(self)->e_type = ET_REL;
}

static void
as_a_program(victim *self)
{
    header_of(self)->e_type = ET_EXEC;
}

static void
with_segments_behind_its_end(victim *self)
{
    header_of(self)->e_phoff = UINT64_MAX - 8;
}

static void
without_a_dynamic_section(victim *self)
{
    fixture_segment(self->bytes, PT_DYNAMIC)->p_type = PT_NULL;
}

Test(hostile, what_is_no_shared_object_of_this_machine_is_refused)
{
    static const hostile all[] = {
        {"empty", "P301", empty, NULL},
        {"text", "P301", text, NULL},
        {"three bytes", "P301", three_bytes, NULL},
        {"half a header", "P303", half_a_header, NULL},
        {"without its last byte", "P303", without_its_last_byte, NULL},
        {"32-bit", "P307", of_32_bits, NULL},
        {"another byte order", "P308", of_another_byte_order, NULL},
        {"another machine", "P302", of_another_machine, NULL},
        {"an object file", "P309", as_an_object_file, NULL},
        {"a program", "P309", as_a_program, NULL},
        {"segments behind its end", "P303", with_segments_behind_its_end, NULL},
        {"without a dynamic section", "P303", without_a_dynamic_section, NULL},
    };

    EXPECT_REFUSED(all);
}

static size_t cut_at;

static void
cut(victim *self)
{
    self->size = cut_at;
}

Test(hostile, a_file_that_ends_in_any_of_its_sections_is_refused)
{
    static const hostile one = {"cut", "P303", cut, NULL};
    g_auto(victim) whole = victim_make();
    const Elf64_Shdr *sections = (void *)(whole.bytes + header_of(&whole)->e_shoff);
    unsigned n = 0;

    for (unsigned i = 1; i < header_of(&whole)->e_shnum; i++) {
        if (sections[i].sh_type != SHT_NOBITS) {
            cut_at = sections[i].sh_offset + sections[i].sh_size / 2;
            expect_refused(&one, 1);
            n++;
        }
    }
    cr_expect(ge(uint, n, 20));
}

/* ---- what it says about itself -------------------------------------------------------------- */

static void
replace(victim *self, const char *old, const char *new)
{
    fixture_replace(self->bytes, self->size, old, new);
}

/* The header of the note with that type. */
static Elf64_Nhdr *
note_of(victim *self, uint32_t type)
{
    for (uint8_t *at = self->bytes;; at++) {
        Elf64_Nhdr *header;

        at = memmem(at, (size_t)(self->bytes + self->size - at), "execz\0\0", 8);
        cr_assert(ne(ptr, at, NULL));
        header = (void *)(at - sizeof *header);
        if (header->n_type == type) {
            return header;
        }
    }
}

static void
with_notes_of_somebody_else(victim *self)
{
    for (uint32_t type = EXECZ_NOTE_MANIFEST; type <= EXECZ_NOTE_TASK_OPTIONS; type++) {
        memcpy(note_of(self, type) + 1, "other", 5);
    }
}

static void
without_a_manifest(victim *self)
{
    for (uint32_t type = EXECZ_NOTE_MANIFEST; type <= EXECZ_NOTE_TASK_OPTIONS; type++) {
        note_of(self, type)->n_type = 99;
    }
}

static void
with_a_note_without_end(victim *self)
{
    note_of(self, EXECZ_NOTE_MANIFEST)->n_namesz = UINT32_MAX;
}

static void
with_an_option_table_that_is_cut_off(victim *self)
{
    note_of(self, EXECZ_NOTE_OPTIONS)->n_descsz -= 4;
}

static void
with_a_line_that_is_none(victim *self)
{
    replace(self, "abi=1.0", "abi:1.0");
}

static void
with_a_version_that_is_none(victim *self)
{
    replace(self, "abi=1.0", "abi=one");
}

static void
with_an_alias_that_is_none(victim *self)
{
    replace(self, "alias=canary", "alias=../../");
}

static void
of_a_later_abi(victim *self)
{
    replace(self, "abi=1.0", "abi=2.0");
    replace(self, "needs_abi=1.0", "needs_abi=2.0");
}

static void
of_an_earlier_abi(victim *self)
{
    replace(self, "abi=1.0", "abi=0.9");
    replace(self, "needs_abi=1.0", "needs_abi=0.9");
}

static void
that_needs_a_later_minor_version(victim *self)
{
    replace(self, "needs_abi=1.0", "needs_abi=1.9");
}

static void
without_an_entry(victim *self)
{
    replace(self, "execz_plugin_entry", "execz_plugin_entra");
}

static void
of_another_version_than_its_code(victim *self)
{
    replace(self, "version=1.2.3", "version=9.9.9");
}

static void
of_another_id_than_its_code(victim *self)
{
    replace(self, "id=org.execz.test.body", "id=org.execz.test.nody");
}

static void
with_code_for_a_later_abi(victim *self)
{
    uint32_t start[2] = {EXECZ_PLUGIN_MAGIC, sizeof(execz_plugin)};
    execz_plugin *descriptor = memmem(self->bytes, self->size, start, sizeof start);

    cr_assert(ne(ptr, descriptor, NULL));
    descriptor->abi = EXECZ_ABI_MAKE(7, 0);
}

Test(hostile, a_note_that_is_missing_wrong_or_not_that_of_the_code_is_refused)
{
    static const hostile all[] = {
        {"notes of somebody else", "P304", with_notes_of_somebody_else, NULL},
        {"no manifest", "P304", without_a_manifest, NULL},
        {"a note without end", "P320", with_a_note_without_end, NULL},
        {"half an option table", "P601", with_an_option_table_that_is_cut_off, NULL},
        {"a line without =", "P306", with_a_line_that_is_none, NULL},
        {"a version that is none", "P306", with_a_version_that_is_none, NULL},
        {"an alias that is a path", "P306", with_an_alias_that_is_none, NULL},
        {"a later ABI", "P401", of_a_later_abi, NULL},
        {"an earlier ABI", "P401", of_an_earlier_abi, NULL},
        {"needs a later minor version", "P402", that_needs_a_later_minor_version, NULL},
        {"no entry", "P305", without_an_entry, NULL},
        {"another version than its code", "P404", of_another_version_than_its_code, NULL},
        {"another id than its code", "P404", of_another_id_than_its_code, NULL},
        {"code for a later ABI", "P404", with_code_for_a_later_abi, NULL},
    };

    EXPECT_REFUSED(all);
}

/* ---- what it would bring along -------------------------------------------------------------- */

static void
with_code_that_is_changed(victim *self)
{
    fixture_dynamic_entry(self->bytes, DT_RELACOUNT)->d_tag = DT_TEXTREL;
}

static void
with_executable_stacks(victim *self)
{
    fixture_segment(self->bytes, PT_GNU_STACK)->p_flags |= PF_X;
}

static void
with_a_relative_run_path(victim *self)
{
    Elf64_Dyn *entry = fixture_dynamic_entry(self->bytes, DT_RELACOUNT);

    entry->d_tag = DT_RUNPATH; /* "libc.so.6", as if that were a directory */
    entry->d_un.d_val = fixture_dynamic_entry(self->bytes, DT_NEEDED)->d_un.d_val;
}

static void
with_a_library_of_the_working_directory(victim *self)
{
    replace(self, "libc.so.6", "./c.so.66");
}

static void
with_a_library_that_is_missing(victim *self)
{
    replace(self, "libc.so.6", "libc.so.7");
}

static void
with_a_symbol_that_is_missing(victim *self)
{
    replace(self, "malloc", "mallox");
}

static void
of_a_later_system(victim *self)
{
    uint8_t *at = memmem(self->bytes, self->size, "GLIBC_2.", 8);

    cr_assert(ne(ptr, at, NULL));
    at[6] = '9';
}

Test(hostile, what_it_needs_and_cannot_be_trusted_or_found_is_refused)
{
    static const hostile all[] = {
        {"text relocations", "P321", with_code_that_is_changed, NULL},
        {"executable stacks", "P322", with_executable_stacks, NULL},
        {"a relative run path", "P323", with_a_relative_run_path, NULL},
        {"a library of the working directory", "P324", with_a_library_of_the_working_directory,
         NULL},
        {"a missing library", "P311", with_a_library_that_is_missing, NULL},
        {"a missing symbol", "P310", with_a_symbol_that_is_missing, NULL},
        {"a later system", "P313", of_a_later_system, NULL},
    };

    EXPECT_REFUSED(all);
}

import { BaseSequencer } from 'vitest/node';

/**
 * Of projects that run beside each other, those that give their tests more time come first: they start programs and wait
 * for them. So the end of a run is of many short files, and no processor is idle there while another has a long one.
 */
export default class ProgramsFirstSequencer extends BaseSequencer {
  async sort(files) {
    const byProject = await super.sort.call(this, files);
    return byProject.toSorted(
      ({ project: { config: a } }, { project: { config: b } }) =>
        a.sequence.groupOrder - b.sequence.groupOrder || b.testTimeout - a.testTimeout,
    );
  }
}

export { Fabricated, STORY_FACTS } from './fabricated.ts'
export { STORIES } from './stories.ts'

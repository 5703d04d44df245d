import type {
    BodyStructure, Condition, ContactRoute, Disclaimer, Exercise, Guide, PreventionStrategy, Provider, Question, RedFlag,
    Source, Symptom, Treatment,
} from './generated/index.js';

/** What a document of each kind holds. A later version's kinds are kept as well, under names that are not here. */
export interface DocumentOf {
    condition: Condition;
    symptom: Symptom;
    guide: Guide;
    question: Question;
    treatment: Treatment;
    exercise: Exercise;
    prevention_strategy: PreventionStrategy;
    provider: Provider;
    source: Source;
    red_flag: RedFlag;
    disclaimer: Disclaimer;
    contact_route: ContactRoute;
    body_structure: BodyStructure;
}
export type Kind = keyof DocumentOf;
export type AnyDocument = DocumentOf[Kind];
